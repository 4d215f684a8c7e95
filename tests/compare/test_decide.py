"""Every kind of verdict with its exit code, every way to fail open, and the laws of the whole rule."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.compare.decide import decide, wants_second_look
from gate.model.run import Stopped
from gate.model.score import Metric
from gate.model.scorecard import CaseScores, Comparison, Scorecard
from gate.model.suite import Gate, Policy, Slice, SuitePolicy
from gate.model.verdict import Churn, Finding, Kind, MetricDiff, Verdict
from tests.builders import make_metric, make_scorecard

BLOCK = Policy(on_inconclusive="block")


def card_of(passing: int, failing: int, *, draws: int = 1, **fields: Any) -> Scorecard:
    """Cases c000, c001, … of which the last ones fail in every draw."""
    values = {f"c{i:03}": (1.0 if i < passing else 0.0,) * draws for i in range(passing + failing)}
    return make_scorecard(values, **fields)


def compare(baseline: Scorecard | None, head: Scorecard, **fields: Any) -> Comparison:
    return Comparison(**{"suite": "suite", "baseline": baseline, "head": head, **fields})


def verdict_of(
    baseline: Scorecard | None, head: Scorecard, *, rule: Policy | None = None, **fields: Any
) -> Verdict:
    return decide([compare(baseline, head, **fields)], rule or Policy())


def ended(verdict: Verdict) -> tuple[Kind, int]:
    return verdict.kind, verdict.exit_code


def codes(verdict: Verdict, *, blocking: bool = True) -> set[str]:
    return {finding.code for finding in verdict.findings if finding.blocking is blocking}


def finding(verdict: Verdict, code: str) -> Finding:
    (found,) = (each for each in verdict.findings if each.code == code)
    return found


def diff(verdict: Verdict, metric: str = "accuracy") -> MetricDiff:
    (found,) = (each for suite in verdict.suites for each in suite.diffs if each.metric == metric)
    return found


# ---- the five verdicts


def test_an_unchanged_suite_passes() -> None:
    verdict = verdict_of(card_of(90, 10, draws=5), card_of(90, 10))
    assert ended(verdict) == (Kind.PASS, 0)
    assert diff(verdict).reason == "no variation"


def test_a_drop_beyond_what_is_allowed_has_regressed() -> None:
    verdict = verdict_of(card_of(100, 0, draws=5), card_of(90, 10))
    assert ended(verdict) == (Kind.REGRESSED, 1)
    found = finding(verdict, "regressed")
    assert found.message.startswith("accuracy in suite: got worse by 10 points; allowed: 2 points (1 to 0.9")
    assert "gate accept suite" in found.action


@pytest.mark.parametrize(("rule", "exit_code"), [(Policy(), 0), (BLOCK, 3)])
def test_what_cannot_be_told_is_inconclusive_and_never_called_a_pass(rule: Policy, exit_code: int) -> None:
    verdict = verdict_of(card_of(28, 0, draws=5), card_of(27, 1), rule=rule)
    assert ended(verdict) == (Kind.INCONCLUSIVE, exit_code)
    assert verdict.suites[0].kind is Kind.INCONCLUSIVE
    assert "cannot be ruled out" in finding(verdict, "inconclusive").message
    assert "would find a drop of 5 points" in finding(verdict, "inconclusive").action


def test_another_instrument_is_not_comparable_and_never_regressed() -> None:
    verdict = verdict_of(card_of(50, 0), card_of(0, 50, metric=make_metric(fingerprint="another")))
    assert ended(verdict) == (Kind.NOT_COMPARABLE, 3)
    assert codes(verdict) == {"other_instrument"}
    assert diff(verdict).p is None


def test_without_a_baseline_there_is_an_error_that_says_what_to_do() -> None:
    verdict = verdict_of(None, card_of(50, 0), missing="none is committed at the base")
    assert ended(verdict) == (Kind.ERROR, 2)
    found = finding(verdict, "no_baseline")
    assert "none is committed" in found.message
    assert found.action == "run `gate accept suite`"
    assert diff(verdict).head == 1.0


# ---- nothing fails open

TEN = card_of(10, 0, draws=5)


def named(name: str, **fields: Any) -> dict[str, Metric]:
    return {"accuracy": make_metric(), name: make_metric(name, **fields)}


def with_errors(card: Scorecard, errors: int, ids: Sequence[str]) -> Scorecard:
    cases = {
        case_id: case.model_copy(update={"errors": errors, "scores": {}}) if case_id in ids else case
        for case_id, case in card.cases.items()
    }
    return card.model_copy(update={"cases": cases})


def test_a_baseline_of_another_suite_is_said_once_and_compared_with_nothing() -> None:
    other = card_of(3, 0, metrics=named("tone")).model_copy(update={"suite": "other"})
    verdict = decide([compare(other, TEN)], Policy())
    assert [finding.code for finding in verdict.findings] == ["wrong_baseline"]
    assert verdict.suites[0].churn == Churn()
    assert [row.metric for row in verdict.suites[0].diffs] == ["accuracy", "error_rate"]


FAIL_OPEN: Mapping[str, tuple[Comparison, str, int]] = {
    "no baseline": (compare(None, TEN), "no_baseline", 2),
    "the baseline of another suite": (
        compare(TEN.model_copy(update={"suite": "other"}), TEN),
        "wrong_baseline",
        2,
    ),
    "the results of another suite": (
        compare(TEN, TEN.model_copy(update={"suite": "other"})),
        "wrong_suite",
        2,
    ),
    "zero cases": (compare(TEN, card_of(0, 0)), "no_cases", 2),
    "a baseline without cases": (compare(card_of(0, 0), TEN), "empty_baseline", 2),
    "no metric at all": (
        compare(make_scorecard({"a": ()}, metrics={}), make_scorecard({"a": ()}, metrics={})),
        "no_metrics",
        2,
    ),
    "a removed case": (compare(card_of(40, 0), card_of(39, 0)), "removed_cases", 3),
    "a removed metric": (compare(card_of(40, 0, metrics=named("tone")), card_of(40, 0)), "removed_metric", 3),
    "all trials failed": (
        compare(card_of(40, 0), with_errors(card_of(40, 0), 1, [f"c{i:03}" for i in range(40)])),
        "all_failed",
        4,
    ),
    "too many trials failed": (
        compare(card_of(40, 0), with_errors(card_of(40, 0), 1, [f"c{i:03}" for i in range(9)])),
        "too_many_errors",
        4,
    ),
    "a run that was stopped": (
        compare(TEN, TEN, stopped=Stopped(reason="budget", message="the budget is spent", left=3)),
        "stopped",
        4,
    ),
    "a gate of an unknown metric": (
        compare(TEN, TEN, policy=SuitePolicy(gates={"acuracy": Gate()})),
        "unknown_gate",
        2,
    ),
    "a gate that cannot judge its metric": (
        compare(TEN, TEN, policy=SuitePolicy(gates={"accuracy": Gate(max_drop="5%")})),
        "unfit_gate",
        2,
    ),
    "an empty slice": (compare(TEN, TEN, policy=SuitePolicy(slices=("area",))), "empty_slice", 2),
    "an empty named slice": (
        compare(TEN, TEN, policy=SuitePolicy(slices=(Slice(name="hard", where={"level": "hard"}),))),
        "empty_slice",
        2,
    ),
    "a cluster tag that no case has": (
        compare(TEN, TEN, policy=SuitePolicy(cluster="talk")),
        "no_clusters",
        2,
    ),
    "a metric with a name of ours": (
        compare(*[card_of(40, 0, metrics=named("error_rate"))] * 2),
        "reserved_name",
        2,
    ),
    "a gated metric without a baseline": (
        compare(
            card_of(40, 0),
            card_of(40, 0, metrics=named("tone")),
            policy=SuitePolicy(gates={"tone": Gate()}),
        ),
        "no_baseline_metric",
        3,
    ),
    "no score on both sides": (
        compare(card_of(40, 0), make_scorecard({f"c{i:03}": () for i in range(40)})),
        "nothing_paired",
        3,
    ),
    "a value that the metric cannot have": (
        compare(
            make_scorecard({f"c{i}": (0.5,) for i in range(12)}),
            make_scorecard({f"c{i}": (1.0,) for i in range(12)}),
        ),
        "bad_value",
        2,
    ),
}


@pytest.mark.parametrize(("value", "kind"), [(5.1, Kind.ERROR), (5.000001, Kind.PASS), (0.9, Kind.ERROR)])
def test_a_scale_has_no_values_beyond_its_ends_but_for_their_last_digits(value: float, kind: Kind) -> None:
    rating = make_metric("rating", kind="scale", low=1, high=5)
    card = make_scorecard({f"c{i}": (value if i == 3 else 3.0,) for i in range(12)}, metric=rating)
    assert verdict_of(card, card).kind is kind


@pytest.mark.parametrize("name", FAIL_OPEN)
def test_what_has_no_data_is_never_green(name: str) -> None:
    comparison, code, exit_code = FAIL_OPEN[name]
    verdict = decide([comparison], Policy())
    assert verdict.kind is not Kind.PASS
    assert verdict.exit_code == exit_code
    found = finding(verdict, code)
    assert found.blocking
    assert found.message
    assert found.action
    assert verdict.suites[0].kind is verdict.kind


def test_not_one_suite_is_an_error() -> None:
    assert ended(decide([], Policy())) == (Kind.ERROR, 2)


def test_the_same_suite_twice_is_an_error() -> None:
    verdict = decide([compare(TEN, TEN), compare(TEN, TEN)], Policy())
    assert (ended(verdict), codes(verdict)) == ((Kind.ERROR, 2), {"duplicate_suite"})


@pytest.mark.parametrize("value", [0.0, -1.0])
@pytest.mark.parametrize("side", ["baseline", "head"])
def test_a_value_not_above_zero_cannot_be_compared_as_a_ratio_and_its_case_is_named(
    side: str, value: float
) -> None:
    metric = make_metric("latency_s", kind="measure", better="lower", log=True)
    good = make_scorecard({f"c{i}": (1.0,) for i in range(12)}, metric=metric)
    bad = make_scorecard({f"c{i}": (1.0 if i else value,) for i in range(12)}, metric=metric)
    verdict = verdict_of(*((bad, good) if side == "baseline" else (good, bad)))
    assert ended(verdict) == (Kind.ERROR, 2)
    assert finding(verdict, "not_positive").cases == ("c0",)


def test_a_changed_case_is_not_judged_and_has_to_be_accepted() -> None:
    before, after = card_of(40, 0), card_of(40, 0)
    cases = {**after.cases, "c003": after.cases["c003"].model_copy(update={"key": "another question"})}
    verdict = verdict_of(before, after.model_copy(update={"cases": cases}))
    assert ended(verdict) == (Kind.NOT_COMPARABLE, 3)
    assert finding(verdict, "changed_cases").cases == verdict.suites[0].churn.changed == ("c003",)
    assert diff(verdict).n == 39


def test_an_added_case_is_listed_and_not_judged() -> None:
    verdict = verdict_of(card_of(40, 0), card_of(40, 2))
    assert ended(verdict) == (Kind.PASS, 0)
    assert finding(verdict, "added_cases").cases == ("c040", "c041")
    assert diff(verdict).n == 40


def test_more_churn_than_is_allowed_is_not_comparable() -> None:
    verdict = verdict_of(card_of(40, 0), card_of(51, 0))
    assert (ended(verdict), codes(verdict)) == ((Kind.NOT_COMPARABLE, 3), {"churn"})


def test_a_new_metric_is_shown_and_not_judged() -> None:
    tone = make_metric("tone")
    head = card_of(40, 0)
    cases = {
        i: case.model_copy(update={"scores": {**case.scores, "tone": (0.0,)}})
        for i, case in head.cases.items()
    }
    verdict = verdict_of(
        card_of(40, 0), head.model_copy(update={"metrics": {**head.metrics, "tone": tone}, "cases": cases})
    )
    assert ended(verdict) == (Kind.PASS, 0)
    assert codes(verdict, blocking=False) == {"new_metric"}
    assert "gate accept suite" in finding(verdict, "new_metric").action
    assert diff(verdict, "tone").head == 0.0


def test_an_operational_metric_that_no_gate_names_any_more_is_left_alone() -> None:
    metrics = named("latency_s", kind="measure", operational=True)
    assert ended(verdict_of(card_of(40, 0, metrics=metrics), card_of(40, 0))) == (Kind.PASS, 0)


def test_errors_are_gated_as_a_metric_of_their_own() -> None:
    head = with_errors(card_of(60, 0), 1, [f"c{i:03}" for i in range(8)])
    verdict = verdict_of(card_of(60, 0, draws=5), head)
    assert ended(verdict) == (Kind.REGRESSED, 1)
    found = finding(verdict, "regressed")
    assert found.metric == "error_rate"
    assert diff(verdict, "error_rate").head == pytest.approx(8 / 60)
    assert (diff(verdict, "error_rate").better, diff(verdict, "error_rate").broken) == ("lower", 8)


def test_abstentions_are_gated_as_coverage() -> None:
    head = card_of(60, 0)
    cases = {
        i: case.model_copy(update={"scores": {}, "abstentions": {"accuracy": 1}}) if i < "c008" else case
        for i, case in head.cases.items()
    }
    head = head.model_copy(update={"cases": cases})
    verdict = verdict_of(card_of(60, 0, draws=5), head)
    assert finding(verdict, "regressed").metric == "coverage.accuracy"
    verdict = verdict_of(head, head, policy=SuitePolicy(gates={"accuracy": Gate(min_coverage=0.99)}))
    assert finding(verdict, "beyond_bar").metric == "coverage.accuracy"


def test_missing_draws_that_could_hide_a_regression_make_a_pass_inconclusive() -> None:
    head = with_errors(card_of(100, 0), 1, [f"c{i:03}" for i in range(8)])
    quiet = SuitePolicy(gates={"error_rate": Gate(mode="record")})
    verdict = verdict_of(card_of(100, 0, draws=5), head, policy=quiet)
    assert ended(verdict) == (Kind.INCONCLUSIVE, 0)
    assert codes(verdict) == {"missing_draws"}


# ---- floors and ceilings


@pytest.mark.parametrize(
    ("failing", "kind", "code"), [(20, Kind.REGRESSED, "beyond_bar"), (6, Kind.INCONCLUSIVE, "bar_undecided")]
)
def test_a_floor_fails_where_it_is_surely_breached_and_is_undecided_else(
    failing: int, kind: Kind, code: str
) -> None:
    card = card_of(100 - failing, failing)
    verdict = verdict_of(card, card, policy=SuitePolicy(gates={"accuracy": Gate(min=0.95)}))
    assert verdict.kind is kind
    assert codes(verdict) == {code}
    assert "floor 0.95" in finding(verdict, code).message


@pytest.mark.parametrize(("cases", "kind"), [(199, Kind.INCONCLUSIVE), (200, Kind.REGRESSED)])
def test_a_high_percentile_takes_200_cases_to_be_judged(cases: int, kind: Kind) -> None:
    metric = make_metric("latency_s", kind="measure", better="lower", log=True)
    card = make_scorecard({f"c{i:03}": (1.0 + (i % 4),) for i in range(cases)}, metric=metric)
    policy = SuitePolicy(gates={"latency_s": Gate(statistic="p95", max=3.5)})
    verdict = verdict_of(card, card, policy=policy)
    assert verdict.kind is kind
    assert diff(verdict, "latency_s").statistic_value == 4.0


def test_bars_that_hold_say_nothing() -> None:
    card = card_of(90, 10)
    policy = SuitePolicy(gates={"accuracy": Gate(min=0.9, max=0.9)})
    assert ended(verdict_of(card, card, policy=policy)) == (Kind.PASS, 0)


# ---- sizes


@pytest.mark.parametrize(
    ("cases", "broken", "kind"),
    [
        (4, 4, Kind.INCONCLUSIVE),
        (5, 5, Kind.REGRESSED),
        (9, 9, Kind.REGRESSED),
        (4, 0, Kind.INCONCLUSIVE),
        (9, 0, Kind.INCONCLUSIVE),
        (10, 0, Kind.PASS),
    ],
)
def test_few_cases_may_regress_and_never_pass_and_very_few_tell_nothing(
    cases: int, broken: int, kind: Kind
) -> None:
    assert verdict_of(card_of(cases, 0, draws=5), card_of(cases - broken, broken)).kind is kind


def test_a_sure_drop_within_what_is_allowed_passes_and_is_noted() -> None:
    policy = SuitePolicy(gates={"accuracy": Gate(max_drop=0.05, must_catch=0.2)})
    verdict = verdict_of(card_of(200, 0, draws=5), card_of(192, 8), policy=policy)
    assert ended(verdict) == (Kind.PASS, 0)
    assert codes(verdict, blocking=False) == {"within_margin"}


# ---- warn and record


def test_a_metric_that_warns_shows_what_it_would_say_and_never_decides() -> None:
    policy = SuitePolicy(gates={"accuracy": Gate(mode="warn")})
    verdict = verdict_of(card_of(100, 0, draws=5), card_of(50, 50), policy=policy)
    assert ended(verdict) == (Kind.PASS, 0)
    assert diff(verdict).kind is Kind.REGRESSED
    assert codes(verdict, blocking=False) >= {"regressed"}


def test_a_metric_that_is_recorded_is_only_shown() -> None:
    policy = SuitePolicy(gates={"accuracy": Gate(mode="record")})
    verdict = verdict_of(card_of(100, 0, draws=5), card_of(50, 50), policy=policy)
    assert ended(verdict) == (Kind.PASS, 0)
    assert (diff(verdict).p, diff(verdict).reason) == (None, "only recorded")
    assert verdict.suites[0].changes == ()


@pytest.mark.parametrize("mode", ["warn", "record"])
def test_a_metric_that_does_not_block_may_vanish(mode: str) -> None:
    policy = SuitePolicy(gates={"tone": Gate(mode=mode)})
    verdict = verdict_of(card_of(40, 0, metrics=named("tone")), card_of(40, 0), policy=policy)
    assert ended(verdict) == (Kind.PASS, 0)
    assert codes(verdict, blocking=False) == {"removed_metric"}


# ---- clusters


def clustered(broken: int, groups: int) -> Verdict:
    tags = {f"c{i:03}": {"talk": f"t{i % groups}"} for i in range(60)}

    def tagged(card: Scorecard) -> Scorecard:
        cases = {i: case.model_copy(update={"tags": tags[i]}) for i, case in card.cases.items()}
        return card.model_copy(update={"cases": cases})

    head = card_of(60 - broken, broken)
    return verdict_of(tagged(card_of(60, 0, draws=5)), tagged(head), policy=SuitePolicy(cluster="talk"))


def test_cases_that_belong_together_are_tested_by_their_clusters() -> None:
    verdict = clustered(30, 12)
    assert verdict.kind is Kind.REGRESSED
    assert diff(verdict).method == "cluster"


def test_too_few_clusters_neither_regress_nor_pass_unless_all_else_would() -> None:
    assert clustered(30, 7).kind is Kind.INCONCLUSIVE
    assert codes(clustered(30, 7)) == {"few_clusters"}
    assert clustered(0, 7).kind is Kind.PASS


# ---- broken cases


def test_cases_that_broke_for_sure_are_listed_and_block_only_where_the_policy_says_so() -> None:
    before, after = card_of(100, 0, draws=5), card_of(99, 1, draws=3)
    verdict = verdict_of(before, after)
    assert ended(verdict) == (Kind.PASS, 0)
    assert finding(verdict, "confirmed_broken").cases == ("c099",)
    assert ended(verdict_of(before, after, rule=Policy(broken_cases=1))) == (Kind.PASS, 0)
    strict = verdict_of(before, after, rule=Policy(broken_cases=0))
    assert ended(strict) == (Kind.REGRESSED, 1)
    assert verdict_of(before, card_of(99, 1, draws=2), rule=Policy(broken_cases=0)).kind is Kind.PASS


# ---- slices and looks


def sliced(head: Scorecard, **options: Any) -> Verdict:
    def tagged(card: Scorecard) -> Scorecard:
        cases = {
            i: c.model_copy(update={"tags": {"area": f"a{int(i[1:]) // 10}"}}) for i, c in card.cases.items()
        }
        return card.model_copy(update={"cases": cases})

    comparison = compare(tagged(card_of(200, 0, draws=5)), tagged(head), policy=SuitePolicy(slices=("area",)))
    return decide([comparison], Policy(), **options)


def test_a_slice_that_collapses_is_named() -> None:
    verdict = sliced(card_of(193, 7))
    assert ended(verdict) == (Kind.REGRESSED, 1)
    assert finding(verdict, "slice_regressed").slice == "area=a19"
    worst = verdict.suites[0].slices[0]
    assert (worst.slice, worst.kind, worst.n, worst.max_drop) == ("area=a19", Kind.REGRESSED, 10, 0.10)


def test_slices_wait_for_the_final_data() -> None:
    noisy = make_scorecard({f"c{i:03}": (float(i % 20 != 0),) for i in range(200)})
    first = sliced(noisy, look=1, looks=2)
    assert first.kind is Kind.REGRESSED or wants_second_look(first)
    undecided = sliced(
        make_scorecard({f"c{i:03}": (float(i not in {3, 77, 150}),) for i in range(200)}), look=1, looks=2
    )
    if wants_second_look(undecided):
        assert undecided.suites[0].slices == ()
    final = sliced(card_of(200, 0), look=1, looks=2)
    assert not wants_second_look(final)
    assert len([part for part in final.suites[0].slices if part.metric == "accuracy"]) == 20


def test_a_second_look_is_wanted_only_once_and_only_where_it_could_tell() -> None:
    comparison = compare(card_of(28, 0, draws=5), card_of(27, 1))
    assert wants_second_look(decide([comparison], Policy(), look=1, looks=2))
    assert not wants_second_look(decide([comparison], Policy(), look=2, looks=2))
    assert not wants_second_look(decide([comparison], Policy()))
    for baseline, head in (
        (card_of(100, 0, draws=5), card_of(80, 20)),
        (card_of(4, 0), card_of(4, 0)),
        (None, TEN),
    ):
        assert not wants_second_look(decide([compare(baseline, head)], Policy(), look=1, looks=2))


def test_slices_are_left_out_of_a_look_that_asks_for_another() -> None:
    cases = card_of(28, 0, draws=5)
    tagged = cases.model_copy(
        update={"cases": {i: c.model_copy(update={"tags": {"area": "x"}}) for i, c in cases.cases.items()}}
    )
    comparison = compare(tagged, card_of(27, 1), policy=SuitePolicy(slices=("area",)))
    assert decide([comparison], Policy(), look=1, looks=2).suites[0].slices == ()
    assert decide([comparison], Policy(), look=2, looks=2).suites[0].slices != ()


def test_each_of_two_looks_is_stricter_than_the_only_one() -> None:
    comparison = compare(card_of(44, 0, draws=1), card_of(39, 5, draws=1))
    once = decide([comparison], Policy())
    assert once.level == 0.05
    assert once.kind is Kind.REGRESSED
    twice = decide([comparison], Policy(), look=1, looks=2)
    assert twice.level == pytest.approx(0.0304, abs=5e-5)
    low, narrow = diff(twice).low, diff(once).low
    assert low is not None
    assert narrow is not None
    assert low < narrow


@pytest.mark.parametrize(("look", "looks"), [(0, 1), (2, 1), (3, 3), (1, 3)])
def test_a_look_that_was_not_planned_is_a_mistake_of_the_caller(look: int, looks: int) -> None:
    with pytest.raises(ValueError, match=f"look {look} of {looks}"):
        decide([], Policy(), look=look, looks=looks)


# ---- laws


def test_the_worst_suite_decides() -> None:
    good, bad = (
        compare(card_of(50, 0), card_of(50, 0)),
        compare(card_of(50, 0, draws=5, suite="b"), card_of(30, 20, suite="b"), suite="b"),
    )
    verdict = decide([good, bad], Policy())
    assert [suite.kind for suite in verdict.suites] == [Kind.REGRESSED, Kind.PASS]
    assert ended(verdict) == (Kind.REGRESSED, 1)


def test_the_users_mistake_is_named_before_a_failed_evaluation() -> None:
    stopped = Stopped(reason="budget", message="spent", left=1)
    assert ended(verdict_of(None, TEN, stopped=stopped)) == (Kind.ERROR, 2)


def test_eight_metrics_share_one_rate_of_false_alarms() -> None:
    def wide(broken: int) -> Scorecard:
        cases = {
            f"c{i:03}": CaseScores(
                key="k", trials=1, scores={f"m{j}": (float(i >= broken or j > 0 or i % 2),) for j in range(8)}
            )
            for i in range(60)
        }
        cases = {
            i: case.model_copy(
                update={
                    "scores": {
                        n: v if n == "m0" else (float(hash(n + i) % 2),) for n, v in case.scores.items()
                    }
                }
            )
            for i, case in cases.items()
        }
        return make_scorecard({}, metrics={f"m{j}": make_metric(f"m{j}") for j in range(8)}, cases=cases)

    one = verdict_of(card_of(60, 0), card_of(55, 5))
    assert diff(one).p_adjusted == diff(one).p
    many = verdict_of(wide(0), wide(12))
    assert diff(many, "m0").p is not None
    assert (diff(many, "m0").p_adjusted or 0) >= (diff(many, "m0").p or 0)


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """A small suite with one to three metrics, noise, errors, abstentions, tags and churn."""
    names = draw(st.lists(st.sampled_from(["m1", "m2", "m3"]), min_size=1, unique=True))
    metrics = {name: make_metric(name, better=draw(st.sampled_from(["higher", "lower"]))) for name in names}
    ids = [f"c{i:02}" for i in range(draw(st.integers(1, 40)))]
    seed = draw(st.integers(0, 10_000))

    def side(seed: int, trials: int) -> Scorecard:
        random = Random(seed)
        cases = {}
        for case_id in ids:
            if random.random() < 0.03:
                continue
            errors = int(random.random() < 0.1)
            cases[case_id] = CaseScores(
                key="k" if random.random() < 0.98 else "other",
                trials=trials,
                errors=errors,
                tags={"area": random.choice("xy")},
                scores={
                    name: tuple(float(random.random() < 0.8) for _ in range(trials - errors))
                    for name in names
                    if random.random() < 0.95
                },
            )
        return make_scorecard({}, metrics=metrics, cases=cases)

    policy = SuitePolicy(
        slices=draw(st.sampled_from([(), ("area",)])), cluster=draw(st.sampled_from([None, "area"]))
    )
    return compare(
        side(seed, draw(st.integers(1, 5))), side(seed + 1, draw(st.integers(1, 3))), policy=policy
    )


@given(comparisons(), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_cases_metrics_and_suites_does_not_matter(
    comparison: Comparison, random: Random
) -> None:
    def mixed(card: Scorecard | None) -> Scorecard:
        assert card is not None
        cases = list(card.cases.items())
        metrics = list(card.metrics.items())
        random.shuffle(cases)
        random.shuffle(metrics)
        return card.model_copy(update={"cases": dict(cases), "metrics": dict(metrics)})

    again = comparison.model_copy(
        update={"head": mixed(comparison.head), "baseline": mixed(comparison.baseline)}
    )
    other = compare(TEN.model_copy(update={"suite": "b"}), TEN.model_copy(update={"suite": "b"}), suite="b")
    assert decide([comparison, other], Policy()) == decide([other, again], Policy())


@given(comparisons())
@settings(max_examples=60)
def test_every_verdict_is_the_worst_of_its_blocking_findings(comparison: Comparison) -> None:
    verdict = decide([comparison], BLOCK)
    blocking = [each for each in verdict.findings if each.blocking]
    assert verdict.kind is max(
        (each.kind for each in blocking), key=lambda kind: kind.severity, default=Kind.PASS
    )
    assert (verdict.exit_code == 0) == (verdict.kind is Kind.PASS)
    assert all(each.action for each in blocking)
    for each in (*verdict.suites[0].diffs, *verdict.suites[0].slices):
        assert each.low is None or each.high is None or each.low <= each.high


@given(comparisons())
@settings(max_examples=60)
def test_a_metric_that_only_warns_never_changes_the_verdict(comparison: Comparison) -> None:
    alone = decide([comparison], Policy())
    tone, random = make_metric("tone"), Random(1)

    def with_tone(card: Scorecard | None, chance: float) -> Scorecard:
        assert card is not None
        cases = {
            i: case.model_copy(update={"scores": {**case.scores, "tone": (float(random.random() < chance),)}})
            for i, case in card.cases.items()
        }
        return card.model_copy(update={"metrics": {**card.metrics, "tone": tone}, "cases": cases})

    gates = {"tone": Gate(mode="warn")}
    beside = comparison.model_copy(
        update={
            "head": with_tone(comparison.head, 0.1),
            "baseline": with_tone(comparison.baseline, 0.9),
            "policy": comparison.policy.model_copy(update={"gates": gates}),
        }
    )
    together = decide([beside], Policy())
    assert ended(together) == ended(alone)
    assert [d for d in together.suites[0].diffs if d.metric != "tone"] == list(alone.suites[0].diffs)


@given(st.integers(10, 60), st.integers(1, 5), st.integers(0, 1_000), st.sampled_from(["higher", "lower"]))
@settings(max_examples=40)
def test_a_suite_compared_with_itself_passes(cases: int, draws: int, seed: int, better: str) -> None:
    random = Random(seed)
    values = {f"c{i}": tuple(float(random.random() < 0.7) for _ in range(draws)) for i in range(cases)}
    card = make_scorecard(values, metric=make_metric(better=better))
    assert ended(verdict_of(card, card)) == (Kind.PASS, 0)


@given(st.integers(10, 50), st.integers(0, 1_000), st.data())
@settings(max_examples=40)
def test_breaking_one_more_case_never_makes_a_verdict_better(
    cases: int, seed: int, data: st.DataObject
) -> None:
    random = Random(seed)
    before = {f"c{i}": tuple(float(random.random() < 0.9) for _ in range(5)) for i in range(cases)}
    after = {case_id: (float(random.random() < 0.8),) for case_id in before}
    passing = [case_id for case_id, draws in after.items() if draws == (1.0,)]
    if not passing:
        return
    worse = {**after, data.draw(st.sampled_from(passing)): (0.0,)}
    now = verdict_of(make_scorecard(before), make_scorecard(after)).kind
    then = verdict_of(make_scorecard(before), make_scorecard(worse)).kind
    assert then.severity >= now.severity


# ---- one kind of failure


def failing(timeouts: int, *, other: int = 0) -> Scorecard:
    """A hundred cases, of which some run into the time limit and others fail otherwise."""
    kinds = ["timeout"] * timeouts + ["exception"] * other
    cases = {
        f"c{i:03}": CaseScores(key="k", trials=1, errors=1, failures={kinds[i]: 1})
        if i < len(kinds)
        else CaseScores(key="k", trials=1, scores={"accuracy": (1.0,)})
        for i in range(100)
    }
    return Scorecard(suite="suite", metrics={"accuracy": make_metric()}, cases=cases)


def test_a_gate_on_one_kind_of_failure_sees_that_kind_alone() -> None:
    gates = {"error_rate": Gate(mode="record"), "error_rate.timeout": Gate()}
    policy = SuitePolicy(gates=gates)
    worse = verdict_of(failing(0), failing(15), policy=policy)
    assert diff(worse, "error_rate.timeout").kind is Kind.REGRESSED
    other = verdict_of(failing(0), failing(0, other=15), policy=policy)
    assert diff(other, "error_rate.timeout").kind is Kind.PASS


def test_a_ceiling_on_one_kind_of_failure_is_held() -> None:
    policy = SuitePolicy(gates={"error_rate.timeout": Gate(max=0.05)})
    verdict = verdict_of(failing(19), failing(19), policy=policy)
    assert diff(verdict, "error_rate.timeout").reason.startswith("above its ceiling")


def test_a_kind_that_nobody_counts_is_refused() -> None:
    verdict = verdict_of(failing(0), failing(0), policy=SuitePolicy(gates={"error_rate.timout": Gate()}))
    assert "unknown_gate" in codes(verdict)


def test_a_kind_of_somebody_elses_is_taken_though_none_was_found() -> None:
    policy = SuitePolicy(gates={"error_rate.quota_used_up": Gate(max=0.05)})
    verdict = verdict_of(failing(0), failing(0), policy=policy)
    assert "unknown_gate" not in codes(verdict)
    assert diff(verdict, "error_rate.quota_used_up").kind is Kind.PASS


def test_without_a_gate_no_kind_of_failure_is_a_metric() -> None:
    verdict = verdict_of(failing(0), failing(3))
    assert {each.metric for each in verdict.suites[0].diffs} == {"accuracy", "error_rate"}
