"""Pages for the tests of the report's page: a made-up support desk, of as many cases as it takes, with all that a case can have."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from gate.compare.decide import decide
from gate.compare.tally import tally
from gate.flows.page import page_document
from gate.model.case import Case, Context, Place
from gate.model.page import Earlier, Page, SuitePage
from gate.model.reply import Expense, Failure, Reply, ToolCall, Usage
from gate.model.report import Proposal, Report, Revision
from gate.model.run import RunResult, Trial
from gate.model.score import Metric, Score
from gate.model.scorecard import Comparison
from gate.model.span import Span
from gate.model.suite import Gate, Margin, Policy, SuitePolicy
from gate.render.assemble import Evidence, assemble
from tests.builders import make_case, make_reply, make_run, make_trial
from tests.render import reports

METRICS = {
    "states_the_fact": Metric(name="states_the_fact", kind="binary", fingerprint="f"),
    "helpful": Metric(name="helpful", kind="scale", low=0, high=1, fingerprint="f"),
    "latency_s": Metric(
        name="latency_s",
        kind="measure",
        better="lower",
        unit="s",
        log=True,
        operational=True,
        fingerprint="f",
    ),
    "cost_usd": Metric(
        name="cost_usd",
        kind="measure",
        better="lower",
        unit="USD",
        log=True,
        operational=True,
        fingerprint="f",
    ),
}
TOPICS = ("refunds", "shipping", "billing", "account", "privacy")
_ASKED = (
    "I ordered the wrong beans. How long do I have to send them back?",
    "When will my parcel to Austria arrive, and can I follow it on its way?",
    "My card was declined, but the money is gone. What happens now?",
    "How do I pause my subscription while I am away for three weeks?",
    "Which of my data do you keep after I have closed my account?",
)
_GOOD = (
    "You may return unopened coffee within 30 days of the delivery. Keep the receipt; we pay for the way back. [refunds/returning-coffee]",
    "Parcels to Austria take three to five working days, and the link in your e-mail follows them on their way. [shipping/delivery-times]",
    "A declined payment is given back within five days, and we try your card again on the next morning. [billing/failed-payments]",
    "Open your plan and choose Pause: up to 12 weeks, and nothing is sent or billed in the meantime. [account/pausing-and-skipping]",
    "We keep invoices for seven years, as the law asks, and delete all else after 30 days. [privacy/data-we-keep]",
)
_BAD = (
    "You may return unopened coffee within 14 days of the delivery. Keep the receipt; shipping is on you. [refunds/returning-coffee]",
    "Parcels to Austria take three working days. [shipping/delivery-times]",
    "Please ask your bank about it. [billing/failed-payments]",
    "I do not know.",
    "We keep all data for 30 days. [privacy/data-we-keep]",
)
GATES = {
    "states_the_fact": Gate(max_drop=Margin(value=0.02)),
    "helpful": Gate(max_drop=Margin(value=0.05)),
    "latency_s": Gate(max_drop=Margin(value=0.1, relative=True), mode="warn"),
}


def make_cases(number: int) -> tuple[Case, ...]:
    return tuple(
        Case(
            id=f"{TOPICS[place % 5]}-{place:05}",
            input=_ASKED[place % 5],
            expected=("30 days", "3 to 5 working days", "5 days", "12 weeks", "7 years")[place % 5],
            tags={"category": TOPICS[place % 5], "difficulty": "hard" if place % 7 == 0 else "easy"},
            place=Place(file="cases/support.jsonl", line=place + 1),
        )
        for place in range(number)
    )


def make_results(
    cases: Sequence[Case], *, draws: int, seed: int, breaks: float = 0.0, fails: int = 0
) -> RunResult:
    """A run: answers are good nearly always; `breaks` of the refunds are bad in every draw, the first `fails` cases fail."""
    random, fate = Random(seed), Random(7)
    trials = []
    for place, case in enumerate(cases):
        lost = place % 5 == 0 and fate.random() < breaks
        for index in range(draws):
            good = not lost and random.random() < (0.97 if place % 11 else 0.6)
            trials.append(_trial(case, index, random, good=good) if place >= fails else _failed(case, index))
    return RunResult(
        suite="support", cases=tuple(cases), draws=draws, metrics=METRICS,
        target={"spec": "t1", "prompts/answer.md": f"seed {seed}"}, trials=tuple(trials), duration_s=34.2,
    )  # fmt: skip


def _trial(case: Case, index: int, random: Random, *, good: bool) -> Trial:
    kind = TOPICS.index(case.tags["category"])
    output = (_GOOD if good else _BAD)[kind]
    latency, cost = random.lognormvariate(0.1, 0.4), 0.0004 + 0.0003 * random.random()
    helpful = round(min(1.0, max(0.0, random.gauss(0.85 if good else 0.45, 0.1))), 2)
    passages = tuple(
        Context(
            id=f"{case.tags['category']}/{part}",
            text=f"{_GOOD[kind]} (part {part})",
            score=round(0.9 - part / 10, 2),
        )
        for part in range(2)
    )
    why = (
        "It states the fact that was asked for."
        if good
        else f"It does not say {case.expected!r}, which is what counts."
    )
    return Trial(
        case_id=case.id,
        index=index,
        reply=Reply(
            output=output, contexts=passages, latency_s=latency, ttft_s=latency / 4, cost_usd=cost, model="claude-haiku-5-5",
            usage=Usage(input_tokens=812, output_tokens=44), stop_reason="end_turn",
            tool_calls=(ToolCall(name="search", arguments={"query": case.input}, result=[c.id for c in passages]),),
        ),
        scores=(
            Score(metric="states_the_fact", value=float(good), explanation=why),
            Score(metric="helpful", value=helpful, judge="claude-opus-5-5", explanation="Clear, and says what to do next."),
            Score(metric="latency_s", value=latency),
            Score(metric="cost_usd", value=cost),
        ),
        expenses=(Expense(evaluator="helpful", usage=Usage(input_tokens=900, output_tokens=60), cost_usd=0.002),),
    )  # fmt: skip


def _failed(case: Case, index: int) -> Trial:
    failure = Failure(stage="target", kind="timeout", message="no answer within 30 s", retryable=True)
    return Trial(case_id=case.id, index=index, failures=(failure,))


def make_spans() -> tuple[Span, ...]:
    return (
        Span(name="chat support", span_id="1", start_s=0.0, duration_s=1.2),
        Span(
            name="retrieve", span_id="2", parent_id="1", kind="client", start_s=0.01, duration_s=0.2,
            attributes={"db.collection.name": "articles", "passages": 2},
        ),
        Span(name="rerank", span_id="3", parent_id="1", start_s=0.22, duration_s=0.05, error="the model was not there"),
        Span(
            name="chat claude-haiku-5-5", span_id="4", parent_id="1", kind="client", start_s=0.28, duration_s=0.9,
            attributes={"gen_ai.usage.input_tokens": 812, "gen_ai.usage.output_tokens": 44},
        ),
    )  # fmt: skip


def make_page(
    number: int = 60, *, breaks: float = 0.6, fails: int = 0, earlier: bool = True, **fields: Any
) -> Page:
    """Base and head of one desk: refunds broke in the head, unless told otherwise."""
    cases = make_cases(number)
    base = make_results(cases, draws=2, seed=1)
    head = make_results(cases, draws=fields.pop("draws", 1), seed=2, breaks=breaks, fails=fails)
    policy = SuitePolicy(gates=GATES, slices=("category",))
    comparison = Comparison(
        suite="support", head=tally(head, keep=GATES), baseline=tally(base, keep=GATES), policy=policy
    )
    evidence = Evidence(
        tool_version="0.1.0",
        head=Revision(label="tighter-refunds", sha="1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"),
        base=Revision(label="main", sha="9f8e7d6c5b4a39281706f5e4d3c2b1a098765432"),
        policy_source="gate.yaml at main (9f8e7d6c5b4a)",
        proposals=(Proposal(text="support: max_drop of helpful 0.05 → 0.1", loosened=True),)
        if breaks
        else (),
    )
    report = assemble(decide([comparison], Policy()), results={"support": head}, evidence=evidence)
    suite = SuitePage(
        head=head,
        baseline=tally(base, keep=GATES),
        earlier=Earlier(trials=base.trials, source="from base.json") if earlier else None,
        spans={(case.id, 0): make_spans() for case in cases[:20]},
    )
    return replace(Page(report=report, suites=(suite,)), **fields)


def plain_page(number: int) -> Page:
    """As many cases as it takes, each with an answer and nothing else."""
    cases = [make_case(f"case-{place:05}") for place in range(number)]
    trials = [make_trial(case.id, reply=make_reply(f"an answer to {case.id}")) for case in cases]
    suite = SuitePage(head=make_run(trials, cases=tuple(cases), suite="support"))
    return Page(report=reports.passed(), suites=(suite,))


def of_report(report: Report) -> Page:
    """A page of which only the report is known."""
    return Page(report=report)


def page_text(page: Page) -> str:
    return page_document(page).text
