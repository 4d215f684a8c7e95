"""Baselines one after the other → the course of each metric, and the changes in it that luck does not explain. Pure.

Every baseline is held against the 1, 2, 4, 8, ... baselines before it, and the last against the first, by the rule of
the gate: paired by case, draws and all (Kovacs, Buhlmann, Li & Munk 2023, Biometrika 110:249, call such a system of
intervals seeded). A step shows between neighbors, a slow drift only over a long way. All tests of all metrics are one
family (Holm), both ways of moving count, so in a history without any change one is called at most with chance alpha.
Of those that stand out the narrowest are told (Baranowski, Chen & Fryzlewicz 2019, JRSS B 81:649): a long way that
holds a shorter one says nothing more. Longer ones that touch or overlap and go the same way are one drift.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gate.compare.contest import Contest
from gate.compare.diff import mean_of
from gate.compare.families import holm
from gate.compare.judge import FEWEST_TO_JUDGE
from gate.compare.one_metric import Yardstick, contest_of, move_of
from gate.compare.pairs import Draws, draws_of
from gate.compare.policy import Misfit, Rule, gate_of, resolve
from gate.model.calibration import Calibration
from gate.model.past import ChangePoint, Course, Move, Point
from gate.model.scorecard import CaseScores, Scorecard
from gate.model.suite import Policy, SuitePolicy

_Ends = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Past:
    """The baselines of one suite, oldest first, each with the commit it came with, and what they are judged by."""

    shas: Sequence[str]
    cards: Sequence[Scorecard]
    policy: Policy
    rules: SuitePolicy
    calibration: Calibration | None = None


@dataclass(frozen=True, slots=True)
class _Test:
    """Two baselines held against one another, by their places: the move, and its two-sided p (None: not comparable)."""

    ends: _Ends
    move: Move
    p: float | None


@dataclass(frozen=True, slots=True)
class _Line:
    """One metric of one suite with all its tests."""

    past: Past
    rule: Rule
    tests: Sequence[_Test]

    def test(self, ends: _Ends) -> _Test:
        """The test between two places, made anew where it is not among those of the family."""
        found = next((each for each in self.tests if each.ends == ends), None)
        return found or _test(self.past, self.rule.name, ends)


def courses(
    pasts: Sequence[Past], metrics: Collection[str] = (), *, alpha: float = 0.05
) -> tuple[list[list[Course]], int]:
    """The courses of each suite's metrics, and how many tests were made; `metrics` empty: all that are judged."""
    lines = [[_line(past, rule) for rule in _rules(past, metrics)] for past in pasts]
    family = [(line, test) for group in lines for line in group for test in line.tests if test.p is not None]
    adjusted = holm([test.p or 0.0 for _, test in family])
    found: dict[int, dict[_Ends, float]] = {}
    for (line, test), p in zip(family, adjusted, strict=True):
        if p <= alpha:
            found.setdefault(id(line), {})[test.ends] = p
    return [[_course(line, found.get(id(line), {})) for line in group] for group in lines], len(family)


def known_metrics(past: Past) -> list[str]:
    """The metrics of the newest baseline."""
    return sorted(past.cards[-1].metrics) if past.cards else []


def spans(count: int) -> Iterator[_Ends]:
    """The pairs of places that are tested: 1, 2, 4, ... apart, and the last with the first."""
    apart = 1
    while apart < count:
        yield from ((start, start + apart) for start in range(count - apart))
        apart *= 2
    if count > 1 and (count - 1) & (count - 2):  # no power of two, so not among them yet
        yield 0, count - 1


def _rules(past: Past, metrics: Collection[str]) -> Iterator[Rule]:
    """The rules of the newest baseline's metrics that are wanted; a gate that fits no metric is another verb's to tell."""
    for name in known_metrics(past):
        metric = past.cards[-1].metrics[name]
        gate = gate_of(metric, suite=past.rules)
        rule = resolve(metric, gate=gate, policy=past.policy)
        wanted = name in metrics if metrics else gate.mode != "record"
        if wanted and not isinstance(rule, Misfit):
            yield rule


def _line(past: Past, rule: Rule) -> _Line:
    return _Line(past, rule, [_test(past, rule.name, ends) for ends in spans(len(past.cards))])


def _test(past: Past, name: str, ends: _Ends) -> _Test:
    before, after = (past.cards[place] for place in ends)
    contest = _contest(past, name, (before, after))
    if isinstance(contest, str):
        return _Test(ends, Move(obstacle=contest), None)
    p = contest.evidence.p
    if not contest.rule.both and p < 1:  # of what has no spread p is 1, and so it stays
        p = 2 * min(p, 1 - p)
    few = contest.evidence.n < FEWEST_TO_JUDGE
    return _Test(ends, move_of(contest), None if few else p)


def _contest(past: Past, name: str, sides: tuple[Scorecard, Scorecard]) -> Contest | str:
    before, after = sides
    if name not in before.metrics or name not in after.metrics:
        return "it was not measured"
    by = Yardstick(policy=past.policy, rules=past.rules, calibration=past.calibration)
    return contest_of(name, before=before, after=after, by=by)


def _course(line: _Line, found: Mapping[_Ends, float]) -> Course:
    past, rule = line.past, line.rule
    shared = _shared(past.cards, rule.name)
    points = [_point(line, place, shared=shared) for place in range(len(past.cards))]
    return Course(
        metric=rule.name,
        unit=rule.metric.unit,
        better="higher" if rule.sign > 0 else "lower",
        bounds=rule.bounds,
        relative=rule.log,
        shared=None if shared is None else len(shared),
        points=tuple(points),
        changes=tuple(_changes(line, found)),
        total=line.test((0, len(points) - 1)).move if len(points) > 1 else None,
    )


def _point(line: _Line, place: int, *, shared: Collection[str] | None) -> Point:
    card, name = line.past.cards[place], line.rule.name
    cases = [case for case_id, case in card.cases.items() if shared is None or case_id in shared]
    draws = [each for each in draws_of(cases, name=name) if each] if name in card.metrics else list[Draws]()
    sizes = [len(each) for each in draws]
    return Point(
        sha=line.past.shas[place],
        mean=mean_of([(each, 1) for each in draws], line.rule),
        cases=len(draws),
        draws=(min(sizes, default=0), max(sizes, default=0)),
        move=line.test((place - 1, place)).move if place else None,
    )


def _shared(cards: Sequence[Scorecard], name: str) -> Collection[str] | None:
    """The cases that all baselines scored alike, where some have others and these are enough; else None: all of each."""
    having = [card for card in cards if name in card.metrics]
    asked = [
        {(case_id, case.key) for case_id, case in card.cases.items() if _has(case, name)} for card in having
    ]
    common = set.intersection(*asked) if asked else set()
    if all(each == common for each in asked) or len(common) < FEWEST_TO_JUDGE:
        return None
    return {case_id for case_id, _ in common}


def _has(case: CaseScores, name: str) -> bool:
    return bool(case.scores.get(name))


def _changes(line: _Line, found: Mapping[_Ends, float]) -> Iterator[ChangePoint]:
    """The narrowest that stand out, overlapping ones that go the same way as one, in the order of time."""
    narrowest = [
        (low, high)
        for low, high in sorted(found)
        if not any(low <= a and b <= high and (a, b) != (low, high) for a, b in found)
    ]
    merged: list[tuple[_Ends, float]] = []
    for ends in narrowest:
        if merged and _is_one(line, merged[-1][0], ends):
            (start, _), p = merged[-1]
            merged[-1] = (start, ends[1]), min(p, found[ends])
        else:
            merged.append((ends, found[ends]))
    for (low, high), p in merged:
        shas = line.past.shas
        yield ChangePoint(
            after=shas[low], by=shas[high], accepts=high - low, move=line.test((low, high)).move, p=p
        )


def _is_one(line: _Line, last: _Ends, ends: _Ends) -> bool:
    """Whether two are one drift: neither is a step, they touch or overlap, and go the same way."""
    steps = 1 in {last[1] - last[0], ends[1] - ends[0]}
    return not steps and ends[0] <= last[1] and line.test(last).move.worse == line.test(ends).move.worse
