"""Builders of reports for the tests of the renderers: one for each verdict, and one in which every text is foreign."""

from typing import Any

from gate.model.reply import Failure
from gate.model.report import Excerpt, Proposal, Report, Revision, RunSummary, Step
from gate.model.segment import Search, Segment, Term
from gate.model.verdict import CaseChange, Churn, Finding, Kind, MetricDiff, SuiteVerdict, Verdict

HEAD = Revision(label="tighter-refunds", sha="1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d")
BASE = Revision(label="main", sha="9f8e7d6c5b4a39281706f5e4d3c2b1a098765432")
ACCEPT = Step(
    text="If the drop in support is intended, take fresh draws as its new baseline and commit the file",
    command="gate accept support",
)
LOOK = (
    Step(
        text="To look into the drop in support, keep its results in a file; what is recorded already is not asked again",
        command="gate check support -o results.json",
    ),
    Step(
        text="To see which cases dropped, what they share and what changed",
        command="gate explain --current results.json",
    ),
    Step(
        text="To find the commit that made exact_match of support worse, and its file",
        command="gate bisect exact_match --suite support",
    ),
)


def make_diff(metric: str = "exact_match", **fields: Any) -> MetricDiff:
    """A binary metric over 120 cases that moved within its noise."""
    given = {
        "suite": "support",
        "metric": metric,
        "kind": Kind.PASS,
        "better": "higher",
        "bounds": (0.0, 1.0),
        "baseline": 0.91,
        "head": 0.905,
        "delta": -0.005,
        "low": -0.031,
        "high": 0.021,
        "drop": 0.005,
        "max_drop": 0.02,
        "must_catch": 0.05,
        "statistic_value": 0.905,
        "p": 0.41,
        "p_adjusted": 0.82,
        "method": "exact",
        "n": 120,
        "n_informative": 22,
        "baseline_draws": (5, 5),
        "head_draws": (1, 1),
        "fixed": 4,
        "broken": 5,
        "flip_rate": 0.06,
        "detectable": 0.047,
        "cases_needed": 110,
        "draws_needed": 1,
    }
    return MetricDiff(**{**given, **fields})


def regressed_diff(**fields: Any) -> MetricDiff:
    given = {
        "kind": Kind.REGRESSED,
        "reason": "dropped by more than is allowed",
        "head": 0.778,
        "delta": -0.132,
        "low": -0.181,
        "high": -0.08,
        "drop": 0.132,
        "p": 0.00002,
        "p_adjusted": 0.00008,
        "fixed": 1,
        "broken": 17,
        "confirmed_broken": 0,
    }
    return make_diff(**{**given, **fields})


def undecided_diff(**fields: Any) -> MetricDiff:
    given = {
        "metric": "helpful",
        "kind": Kind.INCONCLUSIVE,
        "reason": "a drop that must be caught cannot be ruled out",
        "baseline": 0.86,
        "head": 0.829,
        "delta": -0.031,
        "low": -0.074,
        "high": 0.012,
        "drop": 0.031,
        "p": 0.11,
        "p_adjusted": 0.22,
        "fixed": 6,
        "broken": 10,
        "cases_needed": 240,
        "draws_needed": 3,
    }
    return make_diff(**{**given, **fields})


def latency_diff(**fields: Any) -> MetricDiff:
    given = {
        "metric": "latency_s",
        "better": "lower",
        "unit": "s",
        "bounds": None,
        "relative": True,
        "baseline": 1.204,
        "head": 1.231,
        "delta": 0.0224,
        "low": -0.013,
        "high": 0.059,
        "drop": 0.0224,
        "max_drop": 0.1,
        "must_catch": 0.25,
        "statistic_value": 1.231,
        "method": "normal",
        "n_informative": 120,
        "fixed": 55,
        "broken": 65,
        "flip_rate": None,
        "detectable": 0.081,
    }
    return make_diff(**{**given, **fields})


def slice_diff(**fields: Any) -> MetricDiff:
    given = {
        "slice": "category=refund",
        "baseline": 0.95,
        "head": 0.25,
        "delta": -0.7,
        "low": -0.86,
        "high": -0.54,
        "drop": 0.7,
        "max_drop": 0.1,
        "n": 20,
        "fixed": 0,
        "broken": 14,
        "reason": "dropped by more than a slice is allowed to",
    }
    return regressed_diff(**{**given, **fields})


def make_segment(*terms: Term, **fields: Any) -> Segment:
    given = {
        "metric": "exact_match",
        "terms": terms or (Term(tag="category", value="refund"), Term(tag="turns", above=3)),
        "n": 13,
        "worse": 12,
        "others": 107,
        "others_worse": 5,
        "baseline": 0.954,
        "head": 0.077,
        "drop": 0.877,
        "others_drop": 0.041,
        "p": 0.0004,
    }
    return Segment(**{**given, **fields})


def finding_of(diff: MetricDiff, code: str, **fields: Any) -> Finding:
    given = {
        "code": code,
        "kind": diff.kind,
        "message": f"{diff.metric} in {diff.suite}: {diff.reason}",
        "suite": diff.suite,
        "metric": diff.metric,
        "slice": diff.slice,
        "blocking": diff.mode == "block",
        "exit_code": {Kind.REGRESSED: 1, Kind.NOT_COMPARABLE: 3}.get(diff.kind, 0),
    }
    return Finding(**{**given, **fields})


def make_summary(suite: str = "support", **fields: Any) -> RunSummary:
    given = {
        "suite": suite,
        "cases": 120,
        "draws": 1,
        "trials": 120,
        "duration_s": 34.2,
        "throughput_per_s": 3.5,
        "latency_p50_s": 1.18,
        "latency_p95_s": 2.31,
        "ttft_p50_s": 0.34,
        "input_tokens": 45_210,
        "output_tokens": 12_043,
        "cost_usd": 0.1053,
    }
    return RunSummary(**{**given, **fields})


def make_excerpt(case_id: str = "refund-017", **fields: Any) -> Excerpt:
    given = {
        "suite": "support",
        "case_id": case_id,
        "metric": "exact_match",
        "tags": {"category": "refund", "difficulty": "easy"},
        "input": "I ordered the wrong beans. How long do I have to send them back?",
        "expected": "30 days",
        "output": "You may return unopened coffee within 14 days of the delivery.\n\n"
        "- Keep the receipt.\n- Shipping is on you.",
        "explanation": "'14 days' is not '30 days'",
        "baseline": 1.0,
        "head": 0.0,
        "place": "cases/support.jsonl:17",
    }
    return Excerpt(**{**given, **fields})


def make_report(verdict: Verdict, **fields: Any) -> Report:
    given = {
        "tool_version": "0.1.0",
        "verdict": verdict,
        "head": HEAD,
        "base": BASE,
        "policy_source": "gate.yaml at main (9f8e7d6c5b4a)",
        "runs": (make_summary(),),
    }
    return Report(**{**given, **fields})


def make_verdict(
    suites: tuple[SuiteVerdict, ...], findings: tuple[Finding, ...] = (), **fields: Any
) -> Verdict:
    kinds = [finding.kind for finding in findings if finding.blocking]
    kind = max(kinds, key=lambda each: each.severity, default=Kind.PASS)
    code = min((f.exit_code for f in findings if f.blocking and f.kind is kind), default=0)
    given = {"kind": kind, "exit_code": code, "findings": findings, "suites": suites, "level": 0.05}
    return Verdict(**{**given, **fields})


def passed() -> Report:
    diffs = (
        make_diff(),
        make_diff("grounded", baseline=0.88, head=0.9, delta=0.02, drop=-0.02),
        latency_diff(),
    )
    recorded = make_diff("response_words", mode="record", unit="words", bounds=None, p=None, p_adjusted=None)
    moved = {"baseline": 41.2, "head": 39.7, "delta": -1.5, "low": -4.1, "high": 1.1}
    recorded = recorded.model_copy(update=moved)
    suite = SuiteVerdict(suite="support", kind=Kind.PASS, diffs=(*diffs, recorded), cases=120)
    return make_report(make_verdict((suite,)))


def regressed() -> Report:
    broken = regressed_diff(confirmed_broken=0)
    part = slice_diff()
    doubtful = undecided_diff()
    slow = latency_diff(
        mode="warn", kind=Kind.REGRESSED, head=1.552, delta=0.289, low=0.18, high=0.41, drop=0.289,
        reason="dropped by more than is allowed",
    )  # fmt: skip
    findings = (
        finding_of(broken, "regressed"),
        finding_of(part, "slice_regressed"),
        finding_of(slow, "regressed"),
        finding_of(doubtful, "inconclusive"),
        Finding(
            code="added_cases",
            kind=Kind.PASS,
            message="2 cases of support not in the baseline are not judged: refund-041, refund-042",
            action="run `gate accept support` to have them judged from then on",
            suite="support",
            cases=("refund-041", "refund-042"),
            blocking=False,
        ),
    )
    suite = SuiteVerdict(
        suite="support",
        kind=Kind.REGRESSED,
        diffs=(broken, make_diff("grounded"), doubtful, slow),
        slices=(part, make_diff(slice="category=shipping", n=25, max_drop=0.1)),
        changes=(CaseChange(case_id="refund-017", metric="exact_match", baseline=1, head=0, worse=True),),
        churn=Churn(added=("refund-041", "refund-042")),
        target_changed=("prompts/answer.md",),
        cases=122,
        search=Search(segments=(make_segment(),), combinations=84),
    )
    return make_report(
        make_verdict((suite,), findings),
        proposals=(
            Proposal(text="support: max_drop of exact_match 0.02 → 0.05", loosened=True),
            Proposal(text="support: the case refund-003 is taken out of the baseline", loosened=True),
            Proposal(text="support: min of grounded none → 0.8", loosened=False),
        ),
        excerpts=(
            make_excerpt(),
            make_excerpt("refund-004", output="", explanation=None, place="cases/support.jsonl:4"),
            make_excerpt("shipping-009", tags={"category": "shipping"}, metric="helpful", output=LONG_ANSWER),
        ),
        next_steps=(
            *LOOK,
            ACCEPT,
            Step(
                text="To tell whether helpful dropped by 5 points takes about 240 cases (here 120) "
                "or 3 draws of each case (here 1)",
                command="gate power support",
            ),
        ),
    )


LONG_ANSWER = "\n".join(
    f"{number}. We ship to {country} within {number + 2} working days, and tracking is sent by e-mail."
    for number, country in enumerate(
        ("Austria", "Belgium", "Croatia", "Denmark", "Estonia", "Finland", "Greece", "Hungary"), start=1
    )
)


def inconclusive(**fields: Any) -> Report:
    doubtful = undecided_diff()
    suite = SuiteVerdict(
        suite="support", kind=Kind.INCONCLUSIVE, diffs=(make_diff(), doubtful, latency_diff()), cases=120
    )
    verdict = make_verdict((suite,), (finding_of(doubtful, "inconclusive", **fields),))
    step = Step(
        text="To tell whether helpful dropped by 5 points takes about 240 cases (here 120) "
        "or 3 draws of each case (here 1)",
        command="gate power support",
    )
    return make_report(verdict, next_steps=(step,), excerpts=(make_excerpt(metric="helpful"),))


def not_comparable() -> Report:
    gone = make_diff("grounded", kind=Kind.NOT_COMPARABLE, reason="its evaluator is another one now")
    gone = gone.model_copy(
        update=dict.fromkeys(("delta", "low", "high", "drop", "p", "p_adjusted", "detectable"))
        | {"n": 0, "head": 0.84, "method": "none"}
    )
    findings = (
        finding_of(
            gone,
            "changed_metric",
            message="grounded of support is made by another evaluator, judge or rubric than in the baseline",
        ),
        Finding(
            code="removed_cases",
            kind=Kind.NOT_COMPARABLE,
            message="3 cases of support of the baseline are gone: refund-003, refund-011, refund-012",
            action="if this is wanted, run `gate accept support`",
            suite="support",
            cases=("refund-003", "refund-011", "refund-012"),
            exit_code=3,
        ),
    )
    suite = SuiteVerdict(
        suite="support",
        kind=Kind.NOT_COMPARABLE,
        diffs=(make_diff(), gone),
        churn=Churn(removed=("refund-003", "refund-011", "refund-012")),
        cases=117,
    )
    step = Step(
        text="If the change in support is intended, take fresh draws as its new baseline and commit the file",
        command="gate accept support",
    )
    return make_report(make_verdict((suite,), findings), next_steps=(step,))


def failed() -> Report:
    findings = (
        Finding(
            code="all_failed",
            kind=Kind.ERROR,
            message="all 120 trials of support failed",
            action="look at the failures; run again when the application and its provider answer",
            suite="support",
            exit_code=4,
        ),
        Finding(
            code="no_baseline",
            kind=Kind.ERROR,
            message="search has no baseline to be compared with: there is no baselines/search.json at main (9f8e7d6)",
            action="run `gate accept search`",
            suite="search",
            exit_code=2,
        ),
    )
    suites = (
        SuiteVerdict(suite="search", kind=Kind.ERROR, cases=64),
        SuiteVerdict(suite="support", kind=Kind.ERROR, cases=120),
    )
    runs = (
        make_summary("search", cases=64, trials=64, cost_usd=None, ttft_p50_s=None),
        make_summary(
            failed=120,
            failures={"http_status": 3, "timeout": 117},
            examples=(
                Failure(
                    stage="target", kind="http_status", message="503 Service Unavailable from api.example"
                ),
                Failure(stage="target", kind="timeout", message="no answer within 60 s"),
            ),
            latency_p50_s=None,
            latency_p95_s=None,
            ttft_p50_s=None,
            input_tokens=None,
            output_tokens=None,
            cost_usd=None,
        ),
    )
    steps = (
        Step(text="Look at the failures; run again when the application and its provider answer"),
        Step(
            text="Take fresh draws as the baseline of search, look at the file, and commit it",
            command="gate accept search",
        ),
    )
    return make_report(make_verdict(suites, findings), runs=runs, next_steps=steps)


def foreign(text: str = "x", *, kind: Kind = Kind.REGRESSED) -> Report:
    """A report in which every text that may come from outside is the given one."""
    diff = regressed_diff(
        suite=text, metric=text, kind=kind, reason=text, unit=text, bounds=None, statistic=text, floor=0.8
    )
    part = slice_diff(suite=text, metric=text, slice=text)
    lone = make_diff(text * 2, suite=text, kind=kind, reason=text, head=None, delta=None, low=None, high=None)
    findings = (
        finding_of(
            diff, "inconclusive" if kind is Kind.INCONCLUSIVE else "regressed", message=text, action=text
        ),
        finding_of(part, "slice_regressed", message=text),
        finding_of(lone, f"a code: {text}", message=text),
        Finding(
            code=f"a code: {text}",
            kind=kind,
            message=text,
            action=text,
            suite=text,
            cases=(text,),
            exit_code=1,
        ),
        Finding(
            code=f"a code: {text}", kind=Kind.PASS, message=text, action=text, suite=text, blocking=False
        ),
    )
    suite = SuiteVerdict(
        suite=text,
        kind=kind,
        diffs=(diff, lone),
        slices=(part,),
        changes=(CaseChange(case_id=text, metric=text, baseline=1, head=0, worse=True),),
        churn=Churn(added=(text,), removed=(text,), changed=(text,)),
        target_changed=(text,),
        cases=120,
        search=Search(segments=(make_segment(Term(tag=text, value=text), metric=text),), combinations=9),
    )
    failure = Failure(stage="target", kind=text, message=text, evaluator=text)
    return Report(
        tool_version=text,
        verdict=make_verdict((suite,), findings),
        head=Revision(label=text, sha=text, dirty=True),
        base=Revision(label=text, sha=text),
        policy_source=text,
        runs=(make_summary(text, failed=3, failures={text: 3}, examples=(failure,), stopped=text),),
        proposals=(Proposal(text=text, loosened=True), Proposal(text=text, loosened=False)),
        excerpts=(
            Excerpt(
                suite=text,
                case_id=text,
                metric=text,
                tags={text: text},
                input=text,
                expected=text,
                output=text,
                explanation=text,
                baseline=1.0,
                head=0.0,
                place=text,
            ),
        ),
        next_steps=(Step(text=text, command=text), Step(text=text)),
    )


def many(number: int = 500) -> Report:
    """A report with that many regressed metrics and the longest of texts."""
    diffs = tuple(
        regressed_diff(
            metric=f"metric {index} with a name | that is [long] and has <markup>", drop=index / number
        )
        for index in range(number)
    )
    findings = tuple(finding_of(diff, "regressed") for diff in diffs) + tuple(
        Finding(
            code="removed_cases",
            kind=Kind.NOT_COMPARABLE,
            message=f"{index}: " + "case <gone> | " * 60,
            suite="support",
            exit_code=3,
        )
        for index in range(number)
    )
    search = Search(
        segments=tuple(make_segment(Term(tag="&" * 99, value="|"), metric=each.metric) for each in diffs)
    )
    suite = SuiteVerdict(
        suite="support", kind=Kind.NOT_COMPARABLE, diffs=diffs, slices=diffs, cases=number, search=search
    )
    return make_report(
        make_verdict((suite,), findings),
        proposals=tuple(Proposal(text=f"{index}: " + "<p>" * 200, loosened=True) for index in range(number)),
        excerpts=tuple(make_excerpt(f"case-{index}", output="<>&|" * 1_000) for index in range(20)),
        runs=tuple(make_summary(f"suite {index}") for index in range(number)),
        next_steps=tuple(Step(text="|" * 600, command="|" * 600) for _ in range(number)),
    )
