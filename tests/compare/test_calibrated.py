"""What was measured of the instruments changes the rule as stated, and only for the instrument that was measured."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from gate.compare.agreement import informedness
from gate.compare.calibrated import calibrated
from gate.compare.components import components
from gate.compare.decide import decide
from gate.compare.evidence import weigh
from gate.compare.moments import moments_of
from gate.compare.pairs import Pairs
from gate.compare.policy import Rule, resolve
from gate.compare.shift import Shift, shift_of
from gate.model.calibration import Calibration, Counts, JudgeCalibration, RunNoise
from gate.model.scorecard import CaseScores, Comparison, Scorecard
from gate.model.suite import Gate, Policy, SuitePolicy
from gate.model.verdict import Kind, Verdict
from tests.builders import make_metric

GOOD = Counts(true_positive=45, false_negative=5, true_negative=40, false_positive=10)  # J = 0.9 + 0.8 - 1
BLIND = Counts(true_positive=25, false_negative=25, true_negative=25, false_positive=25)


def noise(**fields: Any) -> RunNoise:
    given = {"fingerprint": "f1", "runs": 6, "cases": 50, "between": 4e-4, "of_means": 9e-4, "within": 0.02}
    return RunNoise(**{**given, **fields})


def judge(counts: Counts = GOOD, **fields: Any) -> JudgeCalibration:
    return JudgeCalibration(**{"fingerprint": "f1", "judges": ("claude-judge",), "counts": counts, **fields})


def rule_of(**metric: Any) -> Rule:
    rule = resolve(make_metric(**metric), gate=Gate(), policy=Policy())
    assert isinstance(rule, Rule)
    return rule


def card(values: list[tuple[float, ...]], **metric: Any) -> Scorecard:
    cases = {
        f"c{number:03}": CaseScores(key=f"k{number}", trials=len(draws), scores={"accuracy": draws})
        for number, draws in enumerate(values)
    }
    return Scorecard(suite="s", metrics={"accuracy": make_metric(**metric)}, cases=cases)


def verdict_on(head: Scorecard, base: Scorecard, calibration: Calibration | None, **policy: Any) -> Verdict:
    comparison = Comparison(
        suite="s", head=head, baseline=base, calibration=calibration, policy=SuitePolicy()
    )
    return decide([comparison], Policy(**policy))


def test_the_luck_that_runs_share_has_twice_its_variance_and_the_freedom_that_satterthwaite_gives() -> None:
    shift = shift_of(noise())
    assert shift is not None
    assert shift.variance == pytest.approx(8e-4)
    assert shift.error == pytest.approx(8 * 9e-4**2 / 5)
    own = 1e-3
    assert shift.df(own) == pytest.approx(2 * (own + 8e-4) ** 2 / (8 * 9e-4**2 / 5))


@pytest.mark.parametrize("nothing", [{"runs": 4}, {"between": 0.0}])
def test_too_few_runs_and_runs_that_differ_no_more_than_by_luck_change_nothing(
    nothing: dict[str, Any],
) -> None:
    assert shift_of(noise(**nothing)) is None


def test_p_and_bounds_take_the_shared_luck_in() -> None:
    draws = [((1.0, 1.0, 0.0), (float(number % 3 > 0),)) for number in range(60)]
    pairs = Pairs(
        ids=[f"c{number}" for number in range(60)],
        before=[before for before, _ in draws],
        after=[after for _, after in draws],
        missing=[0] * 60,
    )
    rule, shift = rule_of(), Shift(variance=8e-4, error=1e-6)
    moments = moments_of(pairs, rule)
    plain = weigh(moments, rule, level=0.05)
    shifted = weigh(moments, replace(rule, shift=shift), level=0.05)
    own = moments.total("v") / 60**2
    expected = stats.t.cdf(plain.delta / math.sqrt(own + 8e-4), df=shift.df(own))
    assert shifted.method == "normal"
    assert shifted.p == pytest.approx(expected)
    assert shifted.low < plain.low
    assert shifted.high > plain.high


def test_a_suite_in_which_nothing_changed_at_all_stays_as_it_is() -> None:
    base = card([(1.0,) * 5] * 40)
    measured = Calibration(suite="s", noise={"accuracy": noise()})
    found = verdict_on(card([(1.0,)] * 40), base, measured)
    assert found.suites[0].diffs[0].p == 1.0


def test_without_the_shared_luck_unchanged_runs_fail_too_often_and_with_it_they_do_not() -> None:
    """40 calibrations with 15 pairs each; 100 cases, a shift of 4 points between runs."""
    random, rule = np.random.default_rng(3), rule_of()
    chances = random.beta(6, 1.06, 100)

    def run(draws: int) -> np.ndarray:
        chance = np.clip(chances + random.normal(0, 0.04), 0, 1)
        return random.random((100, draws)) < chance[:, None]

    fails = {"plain": 0, "shifted": 0}
    for _ in range(40):
        found = components([run(1)[:, 0].astype(float).tolist() for _ in range(6)])
        shift = shift_of(noise(between=found.between, of_means=found.of_means))
        for _ in range(15):
            before, after = run(5), run(1)
            pairs = Pairs(
                ids=[str(number) for number in range(100)],
                before=[tuple(map(float, row)) for row in before],
                after=[tuple(map(float, row)) for row in after],
                missing=[0] * 100,
            )
            moments = moments_of(pairs, rule)
            for name, one in (("plain", rule), ("shifted", replace(rule, shift=shift))):
                evidence = weigh(moments, one, level=0.05)
                fails[name] += evidence.p <= 0.05 and evidence.delta < -0.02
    assert fails["plain"] / 600 > 0.12
    assert fails["shifted"] / 600 < 0.064 + 3 * math.sqrt(0.064 * 0.936 / 600)


def test_margins_of_a_calibrated_judge_are_scaled_by_what_it_shows_of_a_true_drop() -> None:
    rule = rule_of()
    scaled = calibrated(rule, Calibration(suite="s", judges={"accuracy": judge()}))
    factor = informedness(GOOD)
    assert factor == pytest.approx(0.7)
    assert scaled.max_drop == pytest.approx(0.7 * rule.max_drop)
    assert scaled.must_catch == pytest.approx(0.7 * rule.must_catch)
    assert scaled.slice_drop == pytest.approx(0.7 * rule.slice_drop)


@pytest.mark.parametrize(
    "other",
    [
        Calibration(suite="s"),
        Calibration(suite="s", noise={"accuracy": noise(fingerprint="f2")}),
        Calibration(suite="s", judges={"accuracy": judge(fingerprint="f2")}),
        Calibration(suite="s", judges={"another": judge()}),
        None,
    ],
)
def test_a_calibration_of_another_instrument_says_nothing_of_this_one(other: Calibration | None) -> None:
    rule = rule_of()
    assert calibrated(rule, other) == rule


def test_a_judge_that_answers_as_another_model_is_not_the_calibrated_one() -> None:
    calibration = Calibration(suite="s", judges={"accuracy": judge()})
    rule = rule_of(judges=("claude-judge-2",))
    assert calibrated(rule, calibration) == rule
    assert calibrated(rule_of(judges=("claude-judge",)), calibration).max_drop < rule.max_drop


ALL_WELL = card([(1.0, 1.0, 1.0, 1.0, 0.0)] * 60, judges=("claude-judge",))
AS_WELL = card([(1.0,)] * 60, judges=("claude-judge",))


@pytest.mark.parametrize("measured", [judge(fooled=1, canaries=10), judge(BLIND)])
def test_a_judge_that_cannot_be_trusted_is_an_error_even_where_all_else_passes(
    measured: JudgeCalibration,
) -> None:
    assert verdict_on(AS_WELL, ALL_WELL, None).kind is Kind.PASS
    found = verdict_on(AS_WELL, ALL_WELL, Calibration(suite="s", judges={"accuracy": measured}))
    assert (found.kind, found.exit_code) == (Kind.ERROR, 2)
    assert "untrusted_judge" in {finding.code for finding in found.findings}


def test_the_policy_may_ask_for_a_calibrated_judge() -> None:
    asked = verdict_on(AS_WELL, ALL_WELL, None, judges="calibrated")
    assert (asked.kind, asked.exit_code) == (Kind.ERROR, 2)
    known = verdict_on(
        AS_WELL, ALL_WELL, Calibration(suite="s", judges={"accuracy": judge()}), judges="calibrated"
    )
    assert known.kind is Kind.PASS
    assert "scaled_margins" in {finding.code for finding in known.findings}
    unjudged = verdict_on(card([(1.0,)] * 60), card([(1.0,) * 5] * 60), None, judges="calibrated")
    assert unjudged.kind is Kind.PASS


@pytest.mark.parametrize(
    "counts", [Counts(abstained=40), Counts(true_positive=20, abstained=20), Counts(false_positive=20)]
)
def test_a_calibration_without_a_verdict_on_both_kinds_of_labels_is_none(counts: Counts) -> None:
    measured = Calibration(suite="s", judges={"accuracy": judge(counts)})
    found = verdict_on(AS_WELL, ALL_WELL, measured, judges="calibrated")
    assert (found.kind, found.exit_code) == (Kind.ERROR, 2)
    (finding,) = [each for each in found.findings if each.code == "uncalibrated_judge"]
    assert "abstained on all" in finding.message
    assert verdict_on(AS_WELL, ALL_WELL, measured).kind is Kind.PASS


@pytest.mark.parametrize(("labels", "enough"), [(2, False), (7, False), (8, True), (50, True)])
def test_a_calibration_by_a_few_labels_is_none_however_good_they_look(labels: int, *, enough: bool) -> None:
    counts = Counts(true_positive=labels, true_negative=labels)
    measured = Calibration(suite="s", judges={"accuracy": judge(counts)})
    found = verdict_on(AS_WELL, ALL_WELL, measured, judges="calibrated")
    assert found.kind is (Kind.PASS if enough else Kind.ERROR)
    said = [each.message for each in found.findings if each.code == "uncalibrated_judge"]
    assert len(said) == (not enough)
    assert all("J = 1.00 may as well be" in message for message in said)
    assert verdict_on(AS_WELL, ALL_WELL, measured).kind is Kind.PASS


@pytest.mark.parametrize("mode", ["warn", "record"])
def test_a_judge_of_a_metric_that_decides_nothing_is_only_told(mode: Any) -> None:
    comparison = Comparison(
        suite="s", head=AS_WELL, baseline=ALL_WELL, policy=SuitePolicy(gates={"accuracy": Gate(mode=mode)})
    )
    found = decide([comparison], Policy(judges="calibrated"))
    assert found.exit_code == 0
    assert "uncalibrated_judge" in {finding.code for finding in found.findings}


def test_the_noise_of_whole_runs_is_told_where_it_is_in_the_intervals() -> None:
    def notes(measured: RunNoise) -> list[str]:
        calibration = Calibration(suite="s", noise={"accuracy": measured})
        found = verdict_on(AS_WELL, ALL_WELL, calibration).findings
        return [finding.message for finding in found if finding.code == "shared_luck"]

    (message,) = notes(noise())
    assert "the intervals of accuracy take that in" in message
    assert not notes(noise(runs=4))
    assert not notes(noise(between=0.0))
    assert not notes(noise(fingerprint="f2"))


def test_floor_and_ceiling_of_a_calibrated_judge_stay_as_they_are_written() -> None:
    rule = resolve(make_metric(), gate=Gate(min=0.8, max=0.9), policy=Policy())
    assert isinstance(rule, Rule)
    scaled = calibrated(rule, Calibration(suite="s", judges={"accuracy": judge()}))
    assert (scaled.gate.min, scaled.gate.max) == (0.8, 0.9)


def test_another_model_than_in_the_baseline_is_not_comparable_and_names_both() -> None:
    found = verdict_on(card([(1.0,)] * 60, judges=("claude-judge-2",)), ALL_WELL, None)
    assert found.kind is Kind.NOT_COMPARABLE
    (finding,) = [each for each in found.findings if each.code == "other_judge"]
    assert "claude-judge in the baseline" in finding.message
    assert "claude-judge-2 now" in finding.message


def test_judges_that_call_themselves_anything_fill_no_message() -> None:
    many = tuple(f"{number}{'x' * 10_000}" for number in range(50))
    found = verdict_on(card([(1.0,)] * 60, judges=many), ALL_WELL, None)
    (finding,) = [each for each in found.findings if each.code == "other_judge"]
    assert "and 47 more now" in finding.message
    assert len(finding.message) < 1000


def test_a_judge_that_gave_no_score_at_all_is_not_called_another_model() -> None:
    silent = card([(1.0,)] * 60)
    assert "other_judge" not in {each.code for each in verdict_on(silent, ALL_WELL, None).findings}
