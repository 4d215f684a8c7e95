"""What was measured of the instruments, brought into the rule of each metric; and what it says against a judge.

- Noise of whole runs: the luck that all cases of a run share is a part of every difference (see `shift.py`).
- A calibrated judge shows a true drop of d as J d, with J = TPR + TNR - 1 (Youden 1950): margins are scaled by J.
"""

from collections.abc import Iterator
from dataclasses import replace

from gate.compare import findings as say
from gate.compare.agreement import informedness, informedness_low, is_enough
from gate.compare.policy import Rule, gate_of
from gate.compare.shift import Shift, shift_of
from gate.model.calibration import Calibration, JudgeCalibration
from gate.model.score import RECORDED, Metric, judge_of
from gate.model.scorecard import Comparison
from gate.model.suite import Policy
from gate.model.verdict import Finding


def calibrated(rule: Rule, calibration: Calibration | None) -> Rule:
    """The rule with what was measured of its metric. A calibration of another instrument says nothing of this one."""
    if calibration is None:
        return rule
    rule = replace(rule, shift=_shift(rule.metric, calibration))
    factor = _factor(rule.metric, calibration)
    if factor is None or rule.metric.kind != "binary":
        return rule
    return replace(
        rule,
        max_drop=rule.max_drop * factor,
        must_catch=rule.must_catch * factor,
        slice_drop=rule.slice_drop * factor,
    )


def on_calibration(comparison: Comparison, *, policy: Policy) -> Iterator[Finding]:
    """Judges that cannot be trusted, those that nobody calibrated where the policy asks for it, and scaled margins."""
    suite, calibration = comparison.suite, comparison.calibration
    for name, metric in sorted(comparison.head.metrics.items()):
        gate = gate_of(metric, suite=comparison.policy)
        where = {"suite": suite, "metric": name, "blocking": gate.mode == "block"}
        yield from _recorded(metric, suite=suite)
        judge = _of(metric, calibration)
        factor = None if judge is None else informedness(judge.counts)
        if judge is not None and (judge.fooled or (factor is not None and factor <= 0)):
            why = (
                f"{judge.fooled} of {judge.canaries} planted responses talked it round"
                if judge.fooled
                else "it tells good from bad no better than chance"
            )
            message = f"the judge of {name} in {suite} is not trusted: {why}"
            action = f"mend its rubric or take another model, then {_calibrate(suite, name)}"
            yield say.error("untrusted_judge", message, action, **where)
        elif policy.judges == "calibrated" and metric.judges and not (judge and is_enough(judge.counts)):
            message = (
                f"the judge of {name} in {suite} is not calibrated, and the policy asks for it{_lacks(judge)}"
            )
            yield say.error("uncalibrated_judge", message, _calibrate(suite, name), **where)
        elif factor is not None and metric.kind == "binary":
            message = (
                f"the judge of {name} in {suite} shows {say.percent(factor)} of a true change "
                "(TPR + TNR - 1), and its margins are scaled by that"
            )
            yield say.note("scaled_margins", message, suite=suite, metric=name)
    yield from _shared_luck(comparison)


def _lacks(judge: JudgeCalibration | None) -> str:
    """What its labels leave open."""
    j, low = (informedness(judge.counts), informedness_low(judge.counts)) if judge else (None, None)
    if judge is None:
        return ""
    if j is None or low is None:
        return ": it abstained on all that people passed, or all that they failed"
    return f": by its few labels J = {j:.2f} may as well be {max(low, 0):.2f}, less than half; label more responses"


def _shared_luck(comparison: Comparison) -> Iterator[Finding]:
    """Whoever reads the intervals is told that the noise of whole runs is in them."""
    calibration = comparison.calibration
    shifted = [
        name
        for name, metric in sorted(comparison.head.metrics.items())
        if calibration is not None and _shift(metric, calibration) is not None
    ]
    if shifted:
        message = (
            f"separate runs of {comparison.suite} differ by more than the luck of their draws, as measured: "
            f"the intervals of {say.named(shifted)} take that in"
        )
        yield say.note("shared_luck", message, suite=comparison.suite)


def _shift(metric: Metric, calibration: Calibration) -> Shift | None:
    noise = calibration.noise.get(metric.name)
    return shift_of(noise) if noise is not None and noise.fingerprint == metric.fingerprint else None


def _of(metric: Metric, calibration: Calibration | None) -> JudgeCalibration | None:
    """The calibration of the very instrument that gave the scores, by the very models."""
    judge = calibration.judges.get(metric.name) if calibration is not None else None
    if judge is None or judge.fingerprint != metric.fingerprint:
        return None
    known = {judge_of(each) for each in judge.judges}
    return judge if {judge_of(each) for each in metric.judges} <= known else None


def _recorded(metric: Metric, *, suite: str) -> Iterator[Finding]:
    """Whoever reads the numbers is told that no model gave them in this run."""
    givers = [judge_of(each) for each in metric.judges if each.startswith(RECORDED)]
    if givers:
        message = f"{metric.name} in {suite} comes from recorded verdicts, given by: {say.named(givers)}"
        yield say.note("recorded_verdicts", message, suite=suite, metric=metric.name)


def _factor(metric: Metric, calibration: Calibration) -> float | None:
    judge = _of(metric, calibration)
    factor = informedness(judge.counts) if judge is not None else None
    return factor if factor is not None and 0 < factor < 1 else None


def _calibrate(suite: str, metric: str) -> str:
    return f"run `gate calibrate judge {suite} --metric {metric} --labels FILE`"
