"""Pairs + Rule → Contest: one metric (or one slice of it) with its evidence, ready to be judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gate.compare.bars import Bar, bars, statistic
from gate.compare.drift import weigh_sides
from gate.compare.evidence import Evidence
from gate.compare.moments import moments_of
from gate.compare.pairs import Pairs
from gate.compare.policy import Rule


@dataclass(frozen=True, slots=True)
class Arena:
    """What all contests of one suite share.

    `level` is the level of the look, `clusters` maps each case to its cluster (None: cases are independent), and
    `head_cases` counts the cases that the head was asked.
    """

    suite: str
    level: float
    clusters: Mapping[str, str] | None
    head_cases: int


@dataclass(frozen=True, slots=True)
class Contest:
    """One metric over its paired cases, which `ids` names. `everything` also holds cases without a draw on one side.

    A slice has neither: nothing asks it for the names of its cases, or for draws that are missing.
    """

    arena: Arena
    rule: Rule
    everything: Pairs | None
    ids: Sequence[str]
    labels: Sequence[str] | None
    evidence: Evidence
    bars: tuple[Bar, ...]
    statistic_value: float
    slice: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Suite and metric."""
        return self.arena.suite, self.rule.name


def hold(rule: Rule, *, everything: Pairs, arena: Arena) -> Contest | None:
    """Weigh one metric; None where no case was scored on both sides."""
    pairs = everything.scored()
    if not pairs.ids:
        return None
    labels = None if arena.clusters is None else [arena.clusters[case_id] for case_id in pairs.ids]
    rule, evidence = weigh_sides(moments_of(pairs, rule), rule, level=arena.level, labels=labels)
    value = statistic(pairs.after, rule, cases=arena.head_cases)
    return Contest(
        arena=arena,
        rule=rule,
        everything=everything,
        ids=pairs.ids,
        labels=labels,
        evidence=evidence,
        bars=bars(pairs.after, rule, value=value, cases=arena.head_cases, labels=labels),
        statistic_value=value,
    )


def at_worst(contest: Contest) -> Contest | None:
    """The same with the worst value in the place of each missing draw of the head; None where none is missing."""
    if contest.everything is None or not any(contest.everything.missing):
        return None
    return hold(contest.rule, everything=contest.everything.imputed(contest.rule), arena=contest.arena)


def sliced(contest: Contest, *, name: str, indices: Sequence[int]) -> Contest:
    """One or more cases of a contest, given by their places. A slice is not held against floor and ceiling."""
    rule, moments = contest.rule.for_slice(), contest.evidence.moments.subset(indices)
    labels = None if contest.labels is None else [contest.labels[i] for i in indices]
    rule, evidence = weigh_sides(moments, rule, level=contest.arena.level, labels=labels)
    return Contest(
        arena=contest.arena,
        rule=rule,
        everything=None,
        ids=(),
        labels=labels,
        evidence=evidence,
        bars=(),
        statistic_value=statistic(moments.draws("y"), rule, cases=len(indices)),
        slice=name,
    )
