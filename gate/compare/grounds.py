"""Judgement + MetricDiff → Finding: the sentence with the figures that decided, and what would decide."""

from collections.abc import Mapping, Sequence
from typing import Any

from gate.compare import findings as say
from gate.compare.judge import Judgement
from gate.model.quantity import counted
from gate.model.suite import Policy
from gate.model.verdict import Finding, Kind, MetricDiff

_LOOK = "look at the cases that got worse; "


def on_judgement(diff: MetricDiff, judgement: Judgement, *, policy: Policy) -> Finding | None:
    """What the verdict on one metric, or on one slice of it, says; None where it says nothing but "pass"."""
    where: dict[str, Any] = {"suite": diff.suite, "metric": diff.metric, "slice": diff.slice}
    what = (
        f"{diff.metric} in {diff.suite}"
        if diff.slice is None
        else f"{diff.metric} in {diff.slice} of {diff.suite}"
    )
    if judgement.code == "within_margin":
        worse, allowed = amount(diff.drop, diff), amount(diff.max_drop, diff)
        message = f"{what} got worse by {worse}, more than chance explains; allowed: {allowed}"
        return say.note("within_margin", message, **where)
    if judgement.kind is Kind.PASS:
        return None
    message, action = _words(diff, judgement)
    return Finding(
        code=judgement.code,
        kind=judgement.kind,
        message=f"{what}: {message}",
        action=action,
        blocking=diff.mode == "block",
        exit_code=say.exit_code(judgement.kind, policy=policy),
        **where,
    )


def on_broken(ids: Mapping[str, Sequence[str]], *, policy: Policy) -> list[Finding]:
    """Cases that passed in every draw and fail in every draw now: suite → their ids."""
    total, allowed = sum(map(len, ids.values())), policy.broken_cases
    found = []
    for suite, broken in ids.items():
        message = f"{say.cases(len(broken))} of {suite} passed in every draw and now fail in every draw"
        message = f"{message}: {say.named(broken)}"
        where = {"suite": suite, "cases": tuple(broken)}
        if allowed is None or total <= allowed:
            found.append(say.note("confirmed_broken", message, _LOOK + say.accept(suite), **where))
        else:
            found.append(
                Finding(
                    code="confirmed_broken",
                    kind=Kind.REGRESSED,
                    message=f"{message} ({allowed} allowed)",
                    action=_LOOK + say.accept(suite),
                    exit_code=say.exit_code(Kind.REGRESSED, policy=policy),
                    **where,
                )
            )
    return found


def amount(value: float | None, diff: MetricDiff) -> str:
    """A drop or a margin in words: 8 points of a hundred (of a metric within (0, 1)), 12%, 0.3 s; `unknown`."""
    if value is None:
        return "unknown"
    if diff.relative:
        return say.percent(value)
    if diff.bounds != (0, 1):
        return _with_unit(value, diff)
    points = f"{100 * value:.3g}"
    return f"{points} point" if points == "1" else f"{points} points"


def _words(diff: MetricDiff, judgement: Judgement) -> tuple[str, str]:
    """(message, action)."""
    if judgement.code in {"regressed", "slice_regressed"}:
        message = (
            f"got worse by {amount(diff.drop, diff)}; allowed: {amount(diff.max_drop, diff)} "
            f"({_with_unit(diff.baseline, diff)} to {_with_unit(diff.head, diff)} over {say.cases(diff.n)})"
        )
        return message, _LOOK + say.accept(diff.suite)
    if judgement.code in {"beyond_bar", "bar_undecided"}:
        bars = [
            f"{word} {_with_unit(bar, diff)}"
            for word, bar in (("floor", diff.floor), ("ceiling", diff.ceiling))
            if bar is not None
        ]
        message = f"its {diff.statistic} of {_with_unit(diff.statistic_value, diff)} is {judgement.reason} ({', '.join(bars)})"
        return message, _LOOK + "the bar stands in gate.yaml"
    message = f"could not tell: {judgement.reason}"
    if judgement.code in {"inconclusive", "few_clusters"}:
        message += f" ({amount(diff.must_catch, diff)}; seen: {_seen(diff)})"
    return message, _what_would_tell(diff, judgement)


def _seen(diff: MetricDiff) -> str:
    change = amount(diff.delta, diff)
    if diff.low is None or diff.high is None:
        return change
    return f"{change}, between {amount(diff.low, diff)} and {amount(diff.high, diff)}"


def _what_would_tell(diff: MetricDiff, judgement: Judgement) -> str:
    if judgement.code == "too_few_for_percentile":
        return "add cases to the suite, or hold another `statistic` against the bar, such as p50"
    if judgement.code in {"too_few_cases", "few_cases"}:
        return "add cases to the suite"
    if judgement.code == "few_clusters":
        return "add cases from other clusters"
    if judgement.code == "missing_draws":
        return "run again, so that the failed draws have a score"
    ways = []
    if diff.draws_needed is not None and diff.draws_needed > diff.head_draws[0]:
        ways.append(f"{counted(diff.draws_needed, 'draw')} a case")
    if diff.cases_needed is not None and diff.cases_needed > diff.n:
        ways.append(counted(diff.cases_needed, "case"))
    if not ways:
        return "take more draws, or add cases"
    return f"{' or '.join(ways)} would find a drop of {amount(diff.must_catch, diff)}"


def _with_unit(value: float | None, diff: MetricDiff) -> str:
    if value is None:
        return "unknown"
    return f"{value:.4g} {diff.unit}" if diff.unit else f"{value:.4g}"
