"""`gate bisect`: between a good and a bad version, the commit that made a metric worse, and which of its files did.

which cases broke? (the bad version beside the baseline) ─► is the drop there on fresh draws? ─► halve the road, each
step at a stated error ─► the culprit and what stood before it, once more on fresh draws ─► which of its files

Only the cases that broke are asked. What was drawn is kept: a bisection that was stopped goes on where it was.
"""

from collections.abc import Sequence

from gate.compare.bisection import Ends, first_draws, is_drop, looks, suspects
from gate.compare.one_metric import contest_of
from gate.estimates import expected
from gate.flows.why.bisect_scope import Scope, Wanted, between, is_merge, named_cases, scope_of
from gate.flows.why.bisected import Found, told
from gate.flows.why.drawn import CannotRunError, Drawer
from gate.flows.why.narrowing import FIRST_LOOK, Walk, described
from gate.flows.why.road import SHA_SHOWN, Stop, Version
from gate.host.commits import merge_base
from gate.model.bisection import Bisection, Culprit, Outcome
from gate.model.errors import EvaluationError, Problem, UserError
from gate.model.quantity import counted
from gate.model.scorecard import Scorecard
from gate.place import Place
from gate.render.plan import outlay_text
from gate.running import ledgers


def bisect(place: Place, wanted: Wanted) -> Bisection:
    """Search. What it takes is told before anything is run.

    Raises:
        UserError: something is wrong with the config, the names, or with either end of the road.
        EvaluationError: the budget is spent; what was drawn is kept.
        InterruptedRunError: stopped from outside; what was drawn is kept.
    """
    return _Search(place, scope_of(place, wanted)).ended()


class _Search:
    """One search: what is searched, and what is known by now."""

    def __init__(self, place: Place, scope: Scope) -> None:
        self.place, self.scope, self.wanted = place, scope, scope.wanted
        self.drawer = Drawer(
            place=place,
            ready=scope.ready,
            metric=scope.wanted.metric,
            ledger=ledgers([scope.ready])[scope.suite],
            most_errors=scope.yardstick.policy.max_error_rate,
            fresh=scope.wanted.fresh,
        )
        self.cases: tuple[str, ...] = ()
        self.walk: Walk | None = None
        self.ends: Ends | None = None

    def ended(self) -> Bisection:
        """Search until something can be said."""
        for sentence in self.scope.road.told:
            self.place.notice(sentence)
        if not self.scope.stops:
            return self._report("nothing changed")
        self.cases = named_cases(self.scope.ready, self.wanted.cases)
        self._announce(
            "At the most, if every step needs all its draws:", trials=self.scope.most_trials(self.cases)
        )
        if self.wanted.told:
            return self._report("told")
        self.cases = self.cases or self._broken()
        if not self.cases:
            return self._report("nothing worse")
        self.drawer = self.drawer.on(self.cases)
        self.ends, reproduced = self._both_ends()
        if not reproduced:
            return self._report("not reproduced")
        self.walk = Walk(self.drawer, self.ends, self.wanted.most_draws, self.place.notice)
        self._announce("The drop is there. From here on about", trials=self._rest(self.ends))
        return self._found(self.walk)

    def _announce(self, words: str, *, trials: int) -> None:
        """What is to be taken, before it is."""
        takes = expected(self.place.tree, self.drawer.ready, trials=trials)
        self.place.notice(f"{words} {outlay_text(self.scope.suite, takes)}")

    def _rest(self, ends: Ends) -> int:
        """How many trials are left, now that it is known how far apart the two ends are."""
        most = self.wanted.most_draws
        each = first_draws(ends, most=most)
        return len(self.cases) * (self.scope.steps * each + 2 * min(most, max(FIRST_LOOK, each)))

    def _broken(self) -> tuple[str, ...]:
        """The cases that are worse in one draw of the bad version than in the baseline, or in the good version."""
        after = self._needed(self.scope.road.bad, 1)
        before = self.scope.baseline or self._needed(self.scope.road.good, 1)
        contest = contest_of(self.wanted.metric, before=before, after=after, by=self.scope.yardstick)
        if isinstance(contest, str):
            fix = "accept a baseline for it, or name the cases with --cases"
            message = f"{self.wanted.metric} cannot be compared between baseline and {self.scope.road.bad.label}: {contest}"
            raise UserError(Problem(message=message, fix=fix))
        found = tuple(suspects(contest, most=self.wanted.most_cases))
        are = "is" if len(found) == 1 else "are"
        self.place.notice(
            f"{len(found):,} of {counted(len(self.scope.ready.suite.cases), 'case')} {are} worse, and {are} asked from here on"
        )
        return found

    def _needed(self, version: Version, count: int, *, first: int = 0) -> Scorecard:
        """Draws of either end; without them there is nothing to search."""
        try:
            return self.drawer.draw(version, count, first=first)
        except CannotRunError as error:
            if error.cause is not None:
                raise error.cause from None
            fix = "mend what its failures name, or name another commit with --good or --bad"
            raise EvaluationError(f"{version.label} cannot be asked: {error}; {fix}") from None

    def _both_ends(self) -> tuple[Ends, bool]:
        """Both ends on draws that did not choose the cases, and whether the drop is there."""
        first = self.drawer.furthest
        for count in looks(min(FIRST_LOOK, self.wanted.most_draws), most=self.wanted.most_draws):
            good = self._needed(self.scope.road.good, count, first=first)
            bad = self._needed(self.scope.road.bad, count, first=first)
            ends = Ends(
                good=good, bad=bad, metric=self.wanted.metric, by=self.scope.yardstick, level=self.scope.level
            )
            if is_drop(ends):
                return ends, True
        return ends, False

    def _found(self, walk: Walk) -> Bisection:
        """The stop, then the commit within a merge, both ends of it on fresh draws, and which of its files it is."""
        versions, whole = [stop.version for stop in self.scope.stops], walk.ends
        search = walk.search(versions)
        before = versions[search.low - 1] if search.low else self.scope.road.good
        stops = self.scope.stops[search.low : search.high]
        if len(stops) == 1 and is_merge(stops[0]):
            before, stops = self._within(walk, stops[0], before)
        culprit = Culprit(
            commits=tuple(stop.commit for stop in stops),
            between=between(stops, whole=self.wanted.whole),
            merge=len(stops) == 1 and is_merge(stops[0]),
            paths=tuple(dict.fromkeys(path for stop in stops for path in stop.paths)),
        )
        try:
            ends, confirmed = walk.confirm(before, stops[-1].version)
        except CannotRunError as error:
            self.place.notice(f"what was found cannot be asked again: {error}")
            return self._report("not confirmed", culprit=culprit)
        alone = len(stops) == 1 and len(stops[0].commit.parents) == 1
        if confirmed and alone and len(culprit.paths) > 1:
            walk.ends = ends
            culprit = walk.files(stops[0], culprit)
        culprit = described(culprit, ends, whole=whole, confirmed=confirmed)
        found: Outcome = "named" if len(stops) == 1 else "range"
        return self._report(found if confirmed else "not confirmed", culprit=culprit)

    def _within(self, walk: Walk, merge: Stop, before: Version) -> tuple[Version, Sequence[Stop]]:
        """The stop of the branch that came with a merge; the merge itself where the branch alone is not bad."""
        inner = self.scope.surveyor.within(merge.commit, self.scope.road.good.sha)
        first, second = merge.commit.parents[:2]
        if not inner or walk.side(Version(sha=second, label=second[:SHA_SHOWN])) != "bad":
            return before, [merge]
        versions = [stop.version for stop in inner]
        search = walk.search(versions)
        start = merge_base(self.place.tree, first, second) or first
        base = Version(sha=start, label=start[:SHA_SHOWN])
        return versions[search.low - 1] if search.low else base, inner[search.low : search.high]

    def _report(self, outcome: Outcome, *, culprit: Culprit | None = None) -> Bisection:
        if self.scope.ready.suite.reuse is False:
            self.drawer.forget()
        found = Found(
            outcome=outcome,
            cases=self.cases,
            ends=self.ends,
            probes=self.walk.probes if self.walk is not None else (),
            culprit=culprit,
        )
        return told(self.scope, found, self.drawer)
