"""Contests that dropped + tags → the parts of the cases in which the drop is concentrated. Explains; never judges.

Every part that up to three tags tell apart is tried (Parts), and is named only if three things are sure of it:

- its own cases dropped: their sum of d lies lower than dealing each case's draws anew between the sides would have it
  (`swaps`, a bound that holds for any number of draws, for graded metrics and within clusters);
- more of them than of the others: which cases got worse is not blind to who is in the part (`enriched`, Fisher's
  exact test on the cases that fell at all, by their median fall, and by half of the largest; thrice the smallest p);
- and further than the others: the mean d of the part lies below theirs (`further`, Welch's t).

The first alone would name any part of a drop that is everywhere, the second alone any part whose cases are noisier
than the others. The larger of the two p is one of "not both" (an intersection-union test: Berger 1982, Technometrics
24:295), and is corrected over all parts that were looked at and all metrics that are judged (Bonferroni). Which parts
there are follows from the tags alone. The third keeps out what noise alone makes of a drop that is the same everywhere:
more of the calm cases, or larger falls of the noisy ones. It is corrected for the parts that passed the second; its rate
is measured, and no bound. So at most a share `level` of comparisons names a part that did not drop, or that dropped no
more than the rest. The luck that all cases of a run share, where it was measured, is taken off every drop first, as far
as it reaches but for a fifth of the level.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from gate.compare.contest import Contest
from gate.compare.distributions import t_quantile
from gate.compare.enriched import log_enriched
from gate.compare.further import log_further
from gate.compare.pairs import tags_of
from gate.compare.swaps import log_fallen
from gate.compare.terms import Part, Parts, conditions, mask_of, places_of
from gate.model.scorecard import Comparison
from gate.model.segment import Search, Segment, Term

MOST_SEGMENTS = 3  # of one metric
_MOST_COMBINATIONS = 20_000
_MOST_WORK = 300_000_000  # cases x combinations: about three seconds
_MOST_TRIED = 40  # parts of one metric whose draws are dealt anew
_ADDS = math.log(0.01)  # by how much a longer description must tell more than a shorter one
_FOR_SHIFT = 0.2  # of the level
_FOR_FURTHER = 0.25  # of the level: candidates are those of many that seemed to fall the furthest


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """`level` of false names over `judged` metrics; parts of fewer than `fewest` cases are not looked at."""

    level: float
    judged: int
    fewest: int


def search(comparison: Comparison, contests: Sequence[Contest], *, aim: Aim) -> Search:
    """The segments of each of some contests of one suite, those of one metric together, the surest first."""
    found: list[Segment] = []
    looked, complete = 0, True
    for group in _of_same_cases(contests):
        ids = group[0].ids
        tags = [tags_of(comparison.baseline, comparison.head, case_id) for case_id in ids]
        terms = conditions(tags, without=comparison.policy.cluster)
        most = min(_MOST_COMBINATIONS, _MOST_WORK // len(ids))
        parts = Parts(terms, cases=len(ids), fewest=aim.fewest, most=most)
        hunts = [_Hunt(contest, aim) for contest in group]
        number = 0
        for part in parts:
            number += 1
            for hunt in hunts:
                hunt.look(part)
        looked, complete = max(looked, number), complete and parts.complete
        for hunt in hunts:
            found += hunt.segments([term for term, _ in terms], looked=number)
    names = tuple(sorted(contest.rule.name for contest in contests))
    return Search(segments=tuple(found), metrics=names, combinations=looked, complete=complete)


def _of_same_cases(contests: Sequence[Contest]) -> list[list[Contest]]:
    """Nearly always all metrics have the same cases."""
    groups: dict[tuple[str, ...], list[Contest]] = {}
    for contest in contests:
        groups.setdefault(tuple(contest.ids), []).append(contest)
    return list(groups.values())


@dataclass(frozen=True, slots=True)
class _Candidate:
    part: Part
    log_p: float


class _Hunt:
    """One metric on its way past all parts. The units are its cases, or its clusters where it has some."""

    def __init__(self, contest: Contest, aim: Aim) -> None:
        self.contest, self.aim = contest, aim
        moments = contest.evidence.moments
        self.cases = [moments.kinds[place] for place in moments.places]
        self.labels = contest.labels or [str(place) for place in range(len(self.cases))]
        names = {label: place for place, label in enumerate(dict.fromkeys(self.labels))}
        self.units = [names[label] for label in self.labels]
        self.everything = len(names)
        self._all = (1 << len(self.cases)) - 1
        self.levels = [(level, level.bit_count()) for level in _levels(self._by_unit(self._all))]
        self.tries = math.log(max(1, len(self.levels)) * contest.rule.sides)
        self.candidates: list[_Candidate] = []

    def look(self, part: Part) -> None:
        """Keep a part in which the worse cases are too many to be passed over."""
        log_p = self.log_more(part.mask)
        if log_p <= math.log(self.aim.level):
            self.candidates.append(_Candidate(part, log_p))

    def log_more(self, mask: int, *, within: int | None = None) -> float:
        """The log of p of "no more of these cases got worse than of the others" (of those `within`)."""
        inside = self._unit_mask(mask)
        cases, levels = self.everything, self.levels
        if within is not None:
            population = self._unit_mask(within)
            inside &= population
            cases = population.bit_count()
            levels = [(level, (level & population).bit_count()) for level, _ in levels]
        drawn, least = inside.bit_count(), 0.0
        for level, marked in levels:
            hits = (level & inside).bit_count()
            if _stands_out(hits, drawn=drawn, marked=marked, cases=cases):
                least = min(least, log_enriched(hits, drawn=drawn, marked=marked, cases=cases))
        return min(0.0, least + self.tries)

    def log_both(self, candidate: _Candidate) -> float:
        """The log of p of "these did not drop, or no more of them than of the others"."""
        rule = self.contest.rule
        cases = [(self.cases[place], self.labels[place]) for place in places_of(candidate.part.mask)]
        fallen = log_fallen(cases, rule, allowance=self._allowance())
        return max(candidate.log_p, fallen + math.log(rule.sides))

    def is_further(self, candidate: _Candidate, *, of: int) -> bool:
        """Whether these fell further than the others; one of so many candidates that are asked."""
        mask = candidate.part.mask
        log_p = log_further(self._by_unit(mask), self._by_unit(self._all & ~mask))
        level = self.aim.level * _FOR_FURTHER / (self.aim.judged * self.contest.rule.sides * of)
        return log_p <= math.log(level)

    def segments(self, terms: Sequence[Term], *, looked: int) -> Iterator[Segment]:
        """Those of the kept parts that are sure, and tell something that none before them tells."""
        tests = (
            max(1, looked) * self.aim.judged / (1.0 if self.contest.rule.shift is None else 1 - _FOR_SHIFT)
        )
        level = math.log(self.aim.level / tests)
        sure = [each for each in self.candidates if each.log_p <= level]
        sure = [each for each in sure if self.is_further(each, of=len(sure))]
        sure.sort(key=lambda each: (each.log_p, len(each.part.terms), each.part.terms))
        covered = tried = found = 0
        for candidate in sure:
            if found == MOST_SEGMENTS or tried == _MOST_TRIED:
                return
            if covered and self._is_told(candidate, covered=covered, level=level):
                continue
            tried += 1
            if self.log_both(candidate) > level:
                continue
            shortest = self._shortened(candidate, sure=sure, level=level)
            covered |= shortest.part.mask
            found += 1
            yield self._segment(shortest, terms, p=min(1.0, math.exp(self.log_both(shortest)) * tests))

    def _is_told(self, candidate: _Candidate, *, covered: int, level: float) -> bool:
        """Whether nothing is left of it without the cases of the segments that are told already."""
        rest = candidate.part.mask & ~covered
        others = self._all & ~covered
        return rest.bit_count() < self.aim.fewest or self.log_more(rest, within=others) > level

    def _shortened(self, candidate: _Candidate, *, sure: Sequence[_Candidate], level: float) -> _Candidate:
        """The same with fewer terms, where those that are left out tell nothing more."""
        by_terms = {each.part.terms: each for each in sure}
        terms = candidate.part.terms
        shorter = [by_terms.get(some) for size in range(1, len(terms)) for some in combinations(terms, size)]
        for each in shorter:
            if each is None or self.log_more(candidate.part.mask, within=each.part.mask) <= _ADDS:
                continue
            if self.log_both(each) <= level:
                return each
        return candidate

    def _segment(self, candidate: _Candidate, terms: Sequence[Term], *, p: float) -> Segment:
        rule, moments = self.contest.rule, self.contest.evidence.moments
        part = candidate.part
        inside = moments.subset(places_of(part.mask))
        others = len(self.cases) - part.size
        rest = (moments.total("d") - inside.total("d")) / others
        worse = mask_of([place for place, moment in enumerate(self.cases) if moment.d < 0])
        return Segment(
            metric=rule.name,
            terms=tuple(terms[place] for place in part.terms),
            n=part.size,
            worse=(worse & part.mask).bit_count(),
            others=others,
            others_worse=(worse & ~part.mask).bit_count(),
            baseline=rule.as_value(inside.total("before") / part.size),
            head=rule.as_value(inside.total("after") / part.size),
            drop=rule.as_drop(-inside.total("d") / part.size),
            others_drop=rule.as_drop(-rest),
            p=p,
        )

    def _allowance(self) -> float:
        """How far the luck that all cases of a run share may have moved each of them."""
        shift = self.contest.rule.shift
        if shift is None:
            return 0.0
        level = self.aim.level * _FOR_SHIFT / (self.aim.judged * self.contest.rule.sides)
        return t_quantile(1 - level, df=shift.df(0.0)) * math.sqrt(shift.variance)

    def _unit_mask(self, mask: int) -> int:
        """The units that have a case in the set."""
        if self.contest.labels is None:
            return mask
        return mask_of([self.units[place] for place in places_of(mask)])

    def _by_unit(self, mask: int) -> list[float]:
        """The mean d of the cases of a set in each unit that has any, in the order of the units."""
        sums, sizes = [0.0] * self.everything, [0] * self.everything
        for place in places_of(mask):
            sums[self.units[place]] += self.cases[place].d
            sizes[self.units[place]] += 1
        return [total / size for total, size in zip(sums, sizes, strict=True) if size]


def _levels(fallen: Sequence[float]) -> list[int]:
    """The units that fell, those that fell by the median of these, by half of the largest fall; different sets only.

    They follow from the falls alone, not from whose they are.
    """
    worse = sorted(d for d in fallen if d < 0)
    if not worse:
        return []
    limits = (worse[-1], worse[(len(worse) - 1) // 2], worse[0] / 2)
    return list(
        dict.fromkeys(mask_of([place for place, d in enumerate(fallen) if d <= limit]) for limit in limits)
    )


def _stands_out(hits: int, *, drawn: int, marked: int, cases: int) -> bool:
    """Whether the exact test is worth its time: two standard deviations above what is to be expected."""
    excess = hits * cases - drawn * marked
    spread = drawn * marked * (cases - drawn) * (cases - marked)
    return excess > 0 and excess * excess * (cases - 1) >= 4 * spread
