"""A line of versions, noisy draws of each → which to ask next, on which side it lies, where the line breaks. Pure.

A version is held against both ends by the rule of the gate, draw by draw and case by case: it is bad where it is worse
than the good end by more than luck, good where the bad end is worse than it. If the line has one break, each version is
either end's equal, so a step errs at most at its level, whatever the scores are like; a version that neither test can
place is asked for more draws, at most LOOKS times, which share the level. The steps share alpha (Bonferroni): with every
step at most at alpha / steps, the answer is wrong with chance alpha at the most. Searches of this sort go back to
Burnashev & Zigangirov (1974, Probl Inf Transm 10:223); here a step is made sure before the next one, because a version is
expensive to lay out and cheap to ask again.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gate.compare.contest import Contest
from gate.compare.one_metric import Yardstick, contest_of
from gate.compare.sensitivity import Aim, Design, draws_for
from gate.model.bisection import Side
from gate.model.scorecard import CaseScores, Scorecard

LOOKS = 3
_POWER = 0.9
_HALF = 0.5
_DOUBT = 0.05


@dataclass(frozen=True)
class Search:
    """Versions 1 to `size` on a line whose place 0 is good and whose last place is bad; `known` are those that were asked."""

    size: int
    known: Mapping[int, Side]

    @property
    def low(self) -> int:
        """The last place that is known to be good."""
        return max((place for place, side in self.known.items() if side == "good"), default=0)

    @property
    def high(self) -> int:
        """The first place that is known to be bad."""
        return min((place for place, side in self.known.items() if side == "bad"), default=self.size)

    def next(self) -> int | None:
        """The place to ask: the nearest to the middle that was not asked yet; None where none is left between the two."""
        low, high = self.low, self.high
        left = [place for place in range(low + 1, high) if place not in self.known]
        return min(left, key=lambda place: (abs(2 * place - low - high), place), default=None)

    def told(self, place: int, side: Side) -> "Search":
        """The same once a place was asked."""
        return Search(self.size, {**self.known, place: side})


def most_steps(size: int) -> int:
    """How many places have to be asked at the most, where every version can be run."""
    return math.ceil(math.log2(size)) if size > 1 else 0


@dataclass(frozen=True, kw_only=True)
class Ends:
    """What the versions are held against: the draws of both ends, the metric, and the level of a step."""

    good: Scorecard
    bad: Scorecard
    metric: str
    by: Yardstick
    level: float

    @property
    def look_level(self) -> float:
        """The level of one of the looks that a step may take."""
        return self.level / LOOKS


def side_of(head: Scorecard, ends: Ends, *, last: bool) -> Side | None:
    """The side on which a version lies; None where more draws have to tell, `unknown` where no draw could.

    Where the drop came in parts, what lies between them is bad: so the first part is found. It is called good only if
    nothing speaks for that it fell, unless this is the `last` look.
    """
    fallen = contest_of(ends.metric, before=ends.good, after=head, by=ends.by)
    above = contest_of(ends.metric, before=head, after=ends.bad, by=ends.by)
    if isinstance(fallen, str) or isinstance(above, str):
        return "unknown"
    if _is_worse(fallen, level=ends.look_level):
        return "bad"
    doubtful = _is_worse(fallen, level=_DOUBT) and not last
    return "good" if _is_worse(above, level=ends.look_level) and not doubtful else None


def is_drop(ends: Ends) -> bool:
    """Whether the bad end is worse than the good one by more than luck, on the draws that they have."""
    contest = contest_of(ends.metric, before=ends.good, after=ends.bad, by=ends.by)
    return isinstance(contest, Contest) and _is_worse(contest, level=ends.look_level)


def first_draws(ends: Ends, *, most: int) -> int:
    """How many draws of a version tell its side with a chance of nine in ten, as far as the two ends show the drop."""
    contest = contest_of(ends.metric, before=ends.good, after=ends.bad, by=ends.by)
    if isinstance(contest, str):
        return most
    moments = contest.evidence.moments
    noise = max(moments.average("noise_before") or 0.0, moments.average("noise_after") or 0.0)
    kept = min(map(min, moments.sizes))
    design = Design(n=contest.evidence.n, kb=kept, kc=1, noise=noise)
    # What breaks is taken in only where the drop is small: of cases that all break at once there is no spread.
    aim = Aim(level=ends.look_level, power=_POWER, max_drop=0.0, reach=None)
    found = draws_for(abs(contest.evidence.delta), design=design, aim=aim)
    return most if found is None else min(found, most)


def looks(first: int, *, most: int) -> list[int]:
    """The draws of a version after each look, each about twice those of the look before."""
    counts = [min(first * 2**look, most) for look in range(LOOKS - 1)]
    return sorted({*counts, most})


def suspects(contest: Contest, *, most: int) -> list[str]:
    """The cases that got worse, the worst first: those that fell at least half as far as the one that fell the farthest."""
    moments = contest.evidence.moments
    fallen = sorted(
        (moments.kinds[place].d, case_id)
        for case_id, place in zip(contest.ids, moments.places, strict=True)
        if moments.kinds[place].d < 0
    )
    return [case_id for d, case_id in fallen if d <= _HALF * fallen[0][0]][:most]


def joined(cards: Sequence[Scorecard]) -> Scorecard:
    """Draws that were taken one after the other → one scorecard with all of them."""
    cases = {case_id: _joined([card.cases[case_id] for card in cards]) for case_id in cards[0].cases}
    metrics = {name: metric for card in cards for name, metric in card.metrics.items()}
    return cards[0].model_copy(update={"cases": cases, "metrics": metrics})


def error_share(card: Scorecard) -> float:
    """The share of trials that failed."""
    trials = sum(case.trials for case in card.cases.values())
    return sum(case.errors for case in card.cases.values()) / trials if trials else 0.0


def _is_worse(contest: Contest, *, level: float) -> bool:
    return contest.evidence.p <= level and (contest.rule.both or contest.evidence.delta < 0)


def _joined(parts: Sequence[CaseScores]) -> CaseScores:
    failures: dict[str, int] = defaultdict(int)
    abstentions: dict[str, int] = defaultdict(int)
    scores: dict[str, tuple[float, ...]] = {}
    for part in parts:
        for kind, count in part.failures.items():
            failures[kind] += count
        for name, count in part.abstentions.items():
            abstentions[name] += count
        for name, values in part.scores.items():
            scores[name] = (*scores.get(name, ()), *values)
    return parts[0].model_copy(
        update={
            "trials": sum(part.trials for part in parts),
            "errors": sum(part.errors for part in parts),
            "failures": dict(failures),
            "abstentions": dict(abstentions),
            "scores": scores,
        }
    )
