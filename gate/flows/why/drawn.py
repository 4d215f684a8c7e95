"""Versions of the application → draws of the cases that matter, each paid for once: what was drawn is kept in a diary.

The store keeps trials by what an application is made of, where that is known. The diary keeps the numbers of a finished
step by its commit, so that a bisection that was stopped goes on in any case. Ctrl-C within a step leaves it to the store.

Where the trials of a version fail, a version that has answered before is asked again: if it fails now as well, the
provider or the machine does, which says nothing about any commit, and the search ends.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from gate.compare.bisection import error_share, joined
from gate.compare.policy import is_counted
from gate.compare.tally import tally
from gate.flows.why.elsewhere import Errand, run_elsewhere
from gate.flows.why.road import Version
from gate.host.local import write_text
from gate.host.worktree import NotLaidOutError
from gate.model.base import digest
from gate.model.errors import EvaluationError, GateError, UserError
from gate.model.files import dump_baseline, load_baseline
from gate.model.run import RunResult
from gate.model.scorecard import Scorecard
from gate.place import Place
from gate.ready import Ready
from gate.run.budget import Ledger
from gate.run.diary import NAME as DIARY
from gate.run.journal import FOLDER
from gate.running import Draws


class CannotRunError(Exception):
    """Why a version cannot be asked; one of several versions is passed over then. `cause` is what says so, if anything."""

    def __init__(self, message: str, *, cause: GateError | None = None) -> None:
        self.cause = cause
        super().__init__(message)


class _RefusedError(CannotRunError):
    """It cannot be laid out, its trials were refused, or ended the process: that may be the version, and may lie outside."""


@dataclass
class Drawer:
    """Draws of versions. `ready` holds the cases that are asked; `fresh` uses nothing of earlier runs.

    `asked` counts the trials that were run, `kept` those that were on disk; `cost_usd` is None where it is not known.
    `sound` is a version that has answered; `keeps` says whether the diary can be written.
    """

    place: Place
    ready: Ready
    metric: str
    ledger: Ledger
    most_errors: float
    fresh: bool = False
    taken: dict[tuple[Version, int], list[Scorecard]] = field(default_factory=dict)
    asked: int = 0
    kept: int = 0
    cost_usd: float | None = 0.0
    furthest: int = 0
    pages: list[Path] = field(default_factory=list)
    sound: Version | None = None
    keeps: bool = True

    def on(self, cases: Sequence[str]) -> "Drawer":
        """The same for some of the cases, its counts going on."""
        wanted = set(cases)
        suite = self.ready.suite
        part = suite.model_copy(update={"cases": tuple(case for case in suite.cases if case.id in wanted)})
        return replace(self, ready=replace(self.ready, suite=part), taken={})

    def draw(self, version: Version, count: int, *, first: int = 0) -> Scorecard:
        """The draws of a version, `count` of each case from number `first` on; only those that are missing are taken.

        Raises:
            CannotRunError: the version is broken, or too many of its trials failed.
            EvaluationError: the budget is spent, or what answered before fails now as well.
            InterruptedRunError: stopped from outside; what was finished is kept.
        """
        parts = self.taken.setdefault((version, first), [])
        have = sum(_draws(part) for part in parts)
        if have < count:
            parts.append(self._chunk(version, Draws(purpose="run", count=count - have, first=first + have)))
        self.furthest = max(self.furthest, first + count)
        card = joined(parts)
        if self._fails(card):
            raise CannotRunError(_failed(card))
        self.sound = self.sound or version
        return card

    def forget(self) -> None:
        """Take away what this search kept, where nothing of it may be used another time."""
        for page in self.pages:
            with suppress(OSError):
                (self.place.tree.root / page).unlink()

    def _chunk(self, version: Version, draws: Draws) -> Scorecard:
        page = self._page(version, draws)
        self.pages.append(page)
        known = None if self.fresh else self._told_by(page)
        if known is not None:
            self.kept += draws.count * len(known.cases)
            return known
        try:
            card = self._run(version, draws)
        except _RefusedError:
            self._make_sure(version)
            raise
        if self._fails(card):
            self._make_sure(version)
        self._tell(page, card)
        return card

    def _told_by(self, page: Path) -> Scorecard | None:
        """What a page of the diary says; one that cannot be read says nothing."""
        try:
            text = self.place.tree.read(str(page))
            return None if text is None else load_baseline(text, str(page))
        except UserError:
            return None

    def _tell(self, page: Path, card: Scorecard) -> None:
        """Write a page of the diary. Where that cannot be done the search goes on: its draws are paid for."""
        try:
            write_text(self.place.tree.root / page, dump_baseline(card))
        except UserError as error:
            if self.keeps:
                self.place.notice(
                    f"{error.problems[0].message}: the steps of this search are not kept, and are asked again another time"
                )
            self.keeps = False

    def _make_sure(self, version: Version) -> None:
        """Ask a version that has answered for one draw more, which is kept nowhere.

        Raises:
            EvaluationError: it fails, too.
        """
        if self.sound is None:
            return
        draws = Draws(purpose="run", count=1, first=self.furthest)
        self.furthest += 1
        try:
            card = self._run(self.sound, draws)
            now = _failed(card) if self._fails(card) else ""
        except CannotRunError as error:
            now = str(error)
        if now:
            both = f"{version.label} fails, and so does now what had answered before, {self.sound.label}"
            advice = "no commit is at fault, but something outside the repository; mend that"
            raise EvaluationError(f"{both}: {advice} ({now})")

    def _fails(self, card: Scorecard) -> bool:
        return not is_counted(self.metric) and error_share(card) > self.most_errors

    def _run(self, version: Version, draws: Draws) -> Scorecard:
        errand = Errand(
            ready=self.ready,
            revision=version.revision,
            draws=draws,
            overlays=version.overlays,
            fresh=self.fresh,
        )
        try:
            visit = run_elsewhere(self.place, errand, ledger=self.ledger)
        except NotLaidOutError as error:
            raise _RefusedError(error.problems[0].message, cause=error) from None
        except UserError as error:
            raise CannotRunError(error.problems[0].message, cause=error) from None
        except EvaluationError as error:
            raise _RefusedError(str(error), cause=error) from None
        self._count(visit.result, resumed=visit.resumed)
        stopped = visit.result.stopped
        if stopped is not None and stopped.reason == "target":
            raise _RefusedError(stopped.message, cause=EvaluationError(stopped.message))
        if stopped is not None:
            raise EvaluationError(stopped.message)
        # Numbered from 0, as a scorecard counts the draws that it should have.
        trials = tuple(
            trial.model_copy(update={"index": trial.index - draws.first}) for trial in visit.result.trials
        )
        result = visit.result.model_copy(update={"trials": trials, "draws": draws.count})
        return tally(result, keep={self.metric})

    def _count(self, result: RunResult, *, resumed: int) -> None:
        trials = len(result.trials)
        self.asked += trials - resumed
        self.kept += resumed
        costs = [trial.reply.cost_usd for trial in result.trials if trial.reply is not None]
        known = [cost for cost in costs if cost is not None]
        if self.cost_usd is not None and trials > resumed:
            share = (trials - resumed) / trials
            self.cost_usd = self.cost_usd + sum(known) * share if len(known) == len(costs) else None

    def _page(self, version: Version, draws: Draws) -> Path:
        """Where the numbers of one step are kept: by all that decides them, and that is known."""
        ready = self.ready
        key = {
            "sha": version.sha,
            "overlays": [
                [list(each.paths), each.sha, self._content(each.paths, each.sha)] for each in version.overlays
            ],
            "suite": ready.suite.name,
            "cases": [[case.key, case.asked_key] for case in ready.suite.cases],
            "spec": ready.fingerprint["spec"],  # stands in where a commit has no config of its own
            "instruments": dict(ready.instruments.fingerprints),
            "metric": self.metric,
            "draws": [draws.first, draws.count],
        }
        return Path(FOLDER) / DIARY / f"{digest(key)}.json"

    def _content(self, paths: Sequence[str], sha: str | None) -> str:
        """A hash of files of the working tree; what a commit holds needs none."""
        if sha is not None:
            return ""
        found = hashlib.sha256()
        for path in paths:
            file = self.place.tree.root / path
            found.update(f"{path}\0".encode())
            found.update(file.read_bytes() if file.is_file() else b"\0")
        return found.hexdigest()


def _draws(card: Scorecard) -> int:
    return max(case.trials for case in card.cases.values())


def _failed(card: Scorecard) -> str:
    kinds = sorted({kind for case in card.cases.values() for kind in case.failures})
    return f"{error_share(card):.0%} of its trials failed ({', '.join(kinds) or 'no score'})"
