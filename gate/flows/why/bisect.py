"""`gate bisect`: between a good and a bad version, the commit that made a metric worse, and which of its files did.

which cases broke? (the bad version beside the baseline) ─► is the drop there on fresh draws? ─► halve the road, each
step at a stated error ─► the culprit and what stood before it, once more on fresh draws ─► which of its files

Only the cases that broke are asked. What was drawn is kept: a bisection that was stopped goes on where it was.
"""

from collections.abc import Sequence

from gate.base import base_of_working_tree
from gate.compare.bisection import Ends, first_draws, is_drop, looks, suspects
from gate.compare.one_metric import Yardstick, contest_of, move_of
from gate.compare.policy import is_counted
from gate.estimates import expected
from gate.flows.why.bisect_scope import Wanted, between, is_merge, named_cases, steps_of, suite_of
from gate.flows.why.drawn import CannotRunError, Drawer
from gate.flows.why.narrowing import FIRST_LOOK, Walk, described
from gate.flows.why.road import SHA_SHOWN, Stop, Surveyor, Version
from gate.host.commits import is_shallow, landed, merge_base
from gate.model.bisection import Bisection, Culprit, Outcome
from gate.model.errors import EvaluationError, Problem, UserError
from gate.model.past import Move
from gate.model.quantity import counted
from gate.model.scorecard import Scorecard
from gate.place import Place
from gate.ready import prepare
from gate.render.plan import outlay_text
from gate.running import ledgers


def bisect(place: Place, wanted: Wanted) -> Bisection:
    """Search. What it takes is told before anything is run.

    Raises:
        UserError: something is wrong with the config, the names, or with either end of the road.
        EvaluationError: the budget is spent; what was drawn is kept.
        InterruptedRunError: stopped from outside; what was drawn is kept.
    """
    return _Bisector(place, wanted).ended()


class _Bisector:
    """One search: what was asked, and what is known by now."""

    def __init__(self, place: Place, wanted: Wanted) -> None:
        self.place, self.wanted = place, wanted
        prepared = prepare(place.tree, place.config, only=(wanted.suite,) if wanted.suite else ())
        base = base_of_working_tree(place.tree, place.config, prepared.sheet)
        self.ready = suite_of(prepared, base, wanted)
        self.name = self.ready.suite.name
        self.baseline = base.baseline(self.name)
        self.yardstick = Yardstick(
            policy=prepared.sheet.policy,
            rules=self.ready.suite.policy,
            calibration=base.calibration(self.name),
        )
        self.surveyor = Surveyor(place, self.ready)
        self.road = self.surveyor.road(wanted.good or self._accepted(), wanted.bad)
        whole = self.surveyor.whole(self.road) if wanted.whole else None
        self.stops = self.road.stops if whole is None else [whole]
        self.steps = steps_of(self.surveyor, self.stops, good=self.road.good.sha)
        # Beside the steps: that the drop is there at all, and that what was found is worse than what stood before.
        self.level = wanted.alpha / (self.steps + 2)
        self.drawer = Drawer(
            place=place,
            ready=self.ready,
            metric=wanted.metric,
            ledger=ledgers([self.ready])[self.name],
            most_errors=prepared.sheet.policy.max_error_rate,
            fresh=wanted.fresh,
        )
        self.cases: tuple[str, ...] = ()
        self.walk: Walk | None = None
        self.ends: Ends | None = None

    def ended(self) -> Bisection:
        """Search until something can be said."""
        for sentence in self.road.told:
            self.place.notice(sentence)
        if not self.stops:
            return self._report("nothing changed")
        self.cases = named_cases(self.ready, self.wanted.cases)
        self._announce("At the most, if every step needs all its draws:", trials=self._most_trials())
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

    def _accepted(self) -> str:
        """The last commit of the branch that brought a baseline."""
        tree = self.place.tree
        commits = [commit for commit in landed(tree, self.ready.suite.baseline) if commit.paths]
        # At the edge of a shallow clone a commit seems to bring every file that is there.
        if commits and not (is_shallow(tree) and not commits[0].parents):
            return commits[0].sha
        fix = "name a commit that was good with --good"
        if is_shallow(tree):
            fix += "; this clone is shallow, and `git fetch --unshallow` brings the rest"
        message = f"no commit of this branch is known to have brought {self.ready.suite.baseline}, so none is known to be good"
        raise UserError(Problem(message=message, fix=fix))

    def _announce(self, words: str, *, trials: int) -> None:
        """What is to be taken, before it is."""
        takes = expected(self.place.tree, self.drawer.ready, trials=trials)
        self.place.notice(f"{words} {outlay_text(self.name, takes)}")

    def _rest(self, ends: Ends) -> int:
        """How many trials are left, now that it is known how far apart the two ends are."""
        most = self.wanted.most_draws
        each = first_draws(ends, most=most)
        return len(self.cases) * (self.steps * each + 2 * min(most, max(FIRST_LOOK, each)))

    def _most_trials(self) -> int:
        """The trials of the first look at all cases, of both ends twice, and of every step."""
        cases = len(self.cases) or min(self.wanted.most_cases, len(self.ready.suite.cases))
        first = 0 if self.cases else len(self.ready.suite.cases) * (1 if self._has_baseline() else 2)
        return first + cases * self.wanted.most_draws * (self.steps + 4)

    def _has_baseline(self) -> bool:
        name, card = self.wanted.metric, self.baseline
        return card is not None and (name in card.metrics or is_counted(name))

    def _broken(self) -> tuple[str, ...]:
        """The cases that are worse in one draw of the bad version than in the baseline, or in the good version."""
        after = self._needed(self.road.bad, 1)
        before = self.baseline
        if before is None or not self._has_baseline():
            before = self._needed(self.road.good, 1)
        contest = contest_of(self.wanted.metric, before=before, after=after, by=self.yardstick)
        if isinstance(contest, str):
            fix = "accept a baseline for it, or name the cases with --cases"
            message = f"{self.wanted.metric} cannot be compared between baseline and {self.road.bad.label}: {contest}"
            raise UserError(Problem(message=message, fix=fix))
        found = tuple(suspects(contest, most=self.wanted.most_cases))
        are = "is" if len(found) == 1 else "are"
        self.place.notice(
            f"{len(found):,} of {counted(len(self.ready.suite.cases), 'case')} {are} worse, and {are} asked from here on"
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
            good = self._needed(self.road.good, count, first=first)
            bad = self._needed(self.road.bad, count, first=first)
            ends = Ends(good=good, bad=bad, metric=self.wanted.metric, by=self.yardstick, level=self.level)
            if is_drop(ends):
                return ends, True
        return ends, False

    def _found(self, walk: Walk) -> Bisection:
        """The stop, then the commit within a merge, both ends of it on fresh draws, and which of its files it is."""
        versions, whole = [stop.version for stop in self.stops], walk.ends
        search = walk.search(versions)
        before = versions[search.low - 1] if search.low else self.road.good
        stops = self.stops[search.low : search.high]
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
        inner = self.surveyor.within(merge.commit, self.road.good.sha)
        first, second = merge.commit.parents[:2]
        if not inner or walk.side(Version(sha=second, label=second[:SHA_SHOWN])) != "bad":
            return before, [merge]
        versions = [stop.version for stop in inner]
        search = walk.search(versions)
        start = merge_base(self.place.tree, first, second) or first
        base = Version(sha=start, label=start[:SHA_SHOWN])
        return versions[search.low - 1] if search.low else base, inner[search.low : search.high]

    def _report(self, outcome: Outcome, *, culprit: Culprit | None = None) -> Bisection:
        if self.ready.suite.reuse is False:
            self.drawer.forget()
        metric = self.ready.metrics.get(self.wanted.metric)
        ends = self.ends
        contest = (
            None if ends is None else contest_of(ends.metric, before=ends.good, after=ends.bad, by=ends.by)
        )
        rule = None if contest is None or isinstance(contest, str) else contest.rule
        return Bisection(
            suite=self.name,
            metric=self.wanted.metric,
            unit=metric.unit if metric is not None else None,
            better="lower" if rule is not None and rule.sign < 0 else "higher",
            bounds=rule.bounds if rule is not None else None,
            relative=rule is not None and rule.log,
            outcome=outcome,
            good=self.road.good.label,
            bad=self.road.bad.label,
            commits=self.road.commits,
            passed_over=self.road.passed_over,
            cases=self.cases,
            alpha=self.wanted.alpha,
            step_alpha=self.level,
            steps=self.steps,
            most_trials=self._most_trials(),
            drop=None if contest is None or isinstance(contest, str) else move_of(contest),
            since_accepted=self._since_accepted() if outcome == "not reproduced" else None,
            probes=tuple(self.walk.probes) if self.walk is not None else (),
            culprit=culprit,
            asked=self.drawer.asked,
            kept=self.drawer.kept,
            cost_usd=self.drawer.cost_usd,
        )

    def _since_accepted(self) -> Move | None:
        """How far the good version fell since it was accepted, though nobody touched it; None where luck explains it."""
        if self.ends is None or self.baseline is None or not self._has_baseline():
            return None
        fallen = contest_of(self.wanted.metric, before=self.baseline, after=self.ends.good, by=self.yardstick)
        return None if isinstance(fallen, str) or fallen.evidence.p > self.level else move_of(fallen)
