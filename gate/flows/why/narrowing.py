"""A road with a good and a bad end → the stop at which it breaks, then the file of that stop: one version asked after another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from gate.compare.bisection import Ends, Search, first_draws, is_drop, looks, most_steps, side_of
from gate.compare.one_metric import contest_of, move_of
from gate.compare.pairs import draws_of
from gate.flows.why.drawn import CannotRunError
from gate.flows.why.road import SHA_SHOWN, Stop, Version
from gate.host.worktree import Overlay
from gate.model.bisection import Culprit, Probe, Side
from gate.model.quantity import counted
from gate.model.scorecard import Scorecard

FIRST_LOOK = 3  # draws of what is held against one another for its own sake: both ends, and the culprit
_NAMED = 3
_MOST_TOGETHER = 2  # files that are looked for; where it takes more of them, that is told


def file_steps(files: int) -> int:
    """How many versions are asked at the most to find one file of several, or two that only do it together."""
    return 0 if files < 2 else most_steps(files) + 1 + most_steps(files - 1) + 1  # noqa: PLR2004 - one is the file


class Drawing(Protocol):
    """Where the draws of a version come from; see `gate.flows.why.drawn.Drawer`. `furthest` is the number behind the last one."""

    furthest: int

    def draw(self, version: Version, count: int, *, first: int = 0) -> Scorecard:
        """The draws of a version, `count` of each case from number `first` on."""
        ...


@dataclass
class Walk:
    """Asks versions, of which `ends` are the two that are known. `most` is the most draws of a case in one of them."""

    drawer: Drawing
    ends: Ends
    most: int
    notice: Callable[[str], None]
    probes: list[Probe] = field(default_factory=list)

    def side(self, version: Version) -> Side:
        """On which side a version lies: more draws as long as it takes, `unknown` where it cannot be told."""
        card, side, why = None, None, ""
        counts = looks(first_draws(self.ends, most=self.most), most=self.most)
        try:
            for count in counts:
                card = self.drawer.draw(version, count)
                side = side_of(card, self.ends, last=count == counts[-1])
                if side is not None:
                    break
        except CannotRunError as error:
            side, why = "unknown", str(error)
        if side is None:
            side, why = "unknown", f"{counted(counts[-1], 'draw')} of each case could not tell"
        elif side == "unknown" and not why:
            why = f"it has no score of {self.ends.metric} to compare"
        probe = Probe(
            version=version.label,
            side=side,
            draws=0 if card is None else max(case.trials for case in card.cases.values()),
            mean=None if card is None else mean_of(card, self.ends.metric),
            why=why,
        )
        self.probes.append(probe)
        self.notice(f"{version.label}: {side}{f' ({why})' if why else ''}")
        return side

    def search(self, versions: Sequence[Version]) -> Search:
        """Where a line of versions breaks; its last one is known to be bad, and what stands before its first to be good."""
        search = Search(len(versions), {})
        while (place := search.next()) is not None:
            search = search.told(place, self.side(versions[place - 1]))
        return search

    def confirm(self, before: Version, after: Version) -> tuple[Ends, bool]:
        """The two on draws that nothing was decided by yet, and whether the second is worse there.

        Raises:
            CannotRunError: one of them cannot be asked any more.
        """
        first, ends = self.drawer.furthest, self.ends
        fewest = max(FIRST_LOOK, first_draws(self.ends, most=self.most))
        for count in looks(min(fewest, self.most), most=self.most):
            good = self.drawer.draw(before, count, first=first)
            bad = self.drawer.draw(after, count, first=first)
            ends = replace(self.ends, good=good, bad=bad)
            if is_drop(ends):
                return ends, True
        return ends, False

    def files(self, stop: Stop, culprit: Culprit) -> Culprit:
        """The fewest files of a stop that make it bad on top of what stood before it, found by trying them.

        The files are laid over the version before one after the other: the one with which it turns bad is needed. What is
        needed beside it is found the same way among those before it.
        """
        found: list[str] = []
        rest = list(stop.paths)
        while rest:
            if found and self.side(_laid(stop, found)) == "bad":
                break
            if len(found) == _MOST_TOGETHER:
                return culprit.model_copy(
                    update={"files": (*found, *rest), "together": True, "narrowed": False}
                )
            search = self.search([_laid(stop, [*found, *rest[:count]]) for count in range(1, len(rest) + 1)])
            if search.high - search.low > 1:
                unsure = (*found, *rest[search.low : search.high])
                return culprit.model_copy(
                    update={"files": unsure, "together": bool(found), "narrowed": False}
                )
            found = [rest[search.high - 1], *found]
            rest = rest[: search.high - 1]
        return culprit.model_copy(update={"files": tuple(found), "together": len(found) > 1})


def described(culprit: Culprit, ends: Ends, *, whole: Ends, confirmed: bool) -> Culprit:
    """The culprit with how far it fell, and how much of the whole drop that is."""
    contest = contest_of(ends.metric, before=ends.good, after=ends.bad, by=ends.by)
    all_of_it = contest_of(ends.metric, before=whole.good, after=whole.bad, by=whole.by)
    if isinstance(contest, str) or isinstance(all_of_it, str):
        return culprit
    drop = all_of_it.evidence.delta
    return culprit.model_copy(
        update={
            "before": mean_of(ends.good, ends.metric),
            "after": mean_of(ends.bad, ends.metric),
            "move": move_of(contest),
            "share": contest.evidence.delta / drop if drop else None,
            "confirmed": confirmed,
        }
    )


def mean_of(card: Scorecard, metric: str) -> float | None:
    """The mean of a metric over the means of the cases that have it."""
    means = [sum(each) / len(each) for each in draws_of(card.cases.values(), name=metric) if each]
    return sum(means) / len(means) if means else None


def _laid(stop: Stop, paths: Sequence[str]) -> Version:
    """What stood before a stop, with some of its files."""
    base = stop.commit.parents[0]
    names = ", ".join(paths[:_NAMED]) + (f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else "")
    label = f"{base[:SHA_SHOWN]} with {names}"
    return Version(sha=base, label=label, overlays=(Overlay(paths=tuple(paths), sha=stop.source),))
