"""Two Scorecards → Pairs: for one metric, the draws of the cases that were scored on both sides.

A pair holds for two cases of one id and one key. Where the two sides differ in a case's tags, the baseline's stand, so
that nobody moves a case to another slice in the change that is being judged.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gate.compare.kinds import kind_of
from gate.compare.policy import COVERAGE, ERROR_RATE, OF_KIND, Rule, is_counted
from gate.model.score import Metric
from gate.model.scorecard import CaseScores, Scorecard
from gate.model.verdict import Churn

Draws = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Cases in the order of their ids, with the draws of either side in the metric's unit.

    `missing` counts the head's draws of each case that have neither a score nor an abstention.
    """

    ids: Sequence[str]
    before: Sequence[Draws]
    after: Sequence[Draws]
    missing: Sequence[int]

    def subset(self, indices: Sequence[int]) -> "Pairs":
        """Some of the cases."""
        return Pairs(
            ids=[self.ids[i] for i in indices],
            before=[self.before[i] for i in indices],
            after=[self.after[i] for i in indices],
            missing=[self.missing[i] for i in indices],
        )

    def scored(self) -> "Pairs":
        """The cases that have a draw on both sides."""
        both = [i for i in range(len(self.ids)) if self.before[i] and self.after[i]]
        return self if len(both) == len(self.ids) else self.subset(both)

    def imputed(self, rule: Rule) -> "Pairs":
        """With the worst value in the place of each missing draw of the head.

        A measure has no worst value: the worst that was seen on either side stands in for it.
        """
        worst = rule.worst
        if worst is None:
            seen = [value for draws in (*self.before, *self.after) for value in draws]
            worst = min(seen) if rule.sign > 0 else max(seen)
        after = [(*draws, *(worst,) * gone) for draws, gone in zip(self.after, self.missing, strict=True)]
        return Pairs(ids=self.ids, before=self.before, after=after, missing=[0] * len(self.ids)).scored()


def churn(before: Scorecard, after: Scorecard) -> Churn:
    """What stands on one side only, and what asks something else now under the same id."""
    old, new = before.cases, after.cases
    return Churn(  # the files hold their cases in order, which costs a sort nothing; a set would lose it
        added=tuple(sorted([i for i in new if i not in old])),
        removed=tuple(sorted([i for i in old if i not in new])),
        changed=tuple(sorted([i for i, case in old.items() if i in new and new[i].key != case.key])),
    )


@dataclass(frozen=True, slots=True)
class Shared:
    """The cases that ask the same on both sides, in the order of their ids."""

    ids: Sequence[str]
    before: Sequence[CaseScores]
    after: Sequence[CaseScores]


def shared_cases(before: Scorecard, after: Scorecard) -> Shared:
    """The cases of one id and one key."""
    ids = sorted(i for i, case in before.cases.items() if i in after.cases and after.cases[i].key == case.key)
    return Shared(ids, [before.cases[i] for i in ids], [after.cases[i] for i in ids])


def pair(shared: Shared, *, name: str) -> Pairs:
    """The draws of one metric, also of cases that have none on one side (see `Pairs.scored`)."""
    missing = [0] * len(shared.ids) if is_counted(name) else _missing(shared.after, name=name)
    return Pairs(shared.ids, draws_of(shared.before, name=name), draws_of(shared.after, name=name), missing)


def draws_of(cases: Iterable[CaseScores], *, name: str) -> list[Draws]:
    """The draws of a metric in each case, also of one that is counted rather than scored."""
    if name == ERROR_RATE:
        return [_ones_and_zeros(case.errors, case.trials - case.errors) for case in cases]
    if (kind := kind_of(name)) is not None:
        counts = [(case.failures.get(kind, 0), case.trials) for case in cases]
        return [_ones_and_zeros(failed, trials - failed) for failed, trials in counts]
    if name.startswith(COVERAGE):
        scored = name.removeprefix(COVERAGE)
        return [
            _ones_and_zeros(len(case.scores.get(scored, ())), case.abstentions.get(scored, 0))
            for case in cases
        ]
    return [case.scores.get(name, ()) for case in cases]


def tags_of(before: Scorecard | None, after: Scorecard, case_id: str) -> Mapping[str, str]:
    """A case's tags: the baseline's, and the head's where the baseline has none of that name."""
    new = after.cases[case_id].tags if case_id in after.cases else {}
    old = before.cases[case_id].tags if before is not None and case_id in before.cases else {}
    return old if old == new else {**new, **old}


def counted_metrics(before: Scorecard | None, after: Scorecard, *, asked: Collection[str]) -> list[Metric]:
    """The metrics that are counted, not scored: `error_rate`, the kinds of it that are asked for, and coverage.

    A metric's coverage is among them if the metric ever abstained on either side, or if `asked` names the metric.
    """
    cards = [card for card in (before, after) if card is not None]
    abstained = {name for card in cards for case in card.cases.values() for name in case.abstentions}
    known = {name for card in cards for name in card.metrics}
    return [
        *(
            Metric(name=name, kind="binary", better="lower")
            for name in (ERROR_RATE, *sorted(name for name in asked if name.startswith(OF_KIND)))
        ),
        *(Metric(name=f"{COVERAGE}{name}", kind="binary") for name in sorted(known & abstained.union(asked))),
    ]


def _missing(cases: Sequence[CaseScores], *, name: str) -> list[int]:
    """The draws of each case that have neither a score nor an abstention."""
    return [case.trials - len(case.scores.get(name, ())) - case.abstentions.get(name, 0) for case in cases]


@lru_cache(maxsize=4096)
def _ones_and_zeros(ones: int, zeros: int) -> Draws:
    return (1.0,) * ones + (0.0,) * zeros
