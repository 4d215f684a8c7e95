"""Bisection: what a search for the commit, or the file, that made a metric worse asked, found, and cost."""

from typing import Literal

from pydantic import Field

from gate.model.base import Noun
from gate.model.past import GitCommit, Move

Side = Literal["good", "bad", "unknown"]
Outcome = Literal[
    "named", "range", "not reproduced", "not confirmed", "nothing worse", "nothing changed", "told"
]


class Probe(Noun):
    """One version of the application that was asked: on which side it lies, and after how many draws of each case.

    `mean` is that of the metric over the cases that matter. `why` is the reason where its side is not known.
    """

    version: str
    side: Side
    draws: int = Field(default=0, ge=0)
    mean: float | None = None
    why: str = ""


class Culprit(Noun):
    """What made the metric worse: one commit, or several of which it is one because those between cannot be run.

    `between` names two commits where no commit is looked for, the second is empty for the working tree: it is among all
    in which they differ. `move` is from the version before it to it, on draws that the search did not use; `before` and
    `after` are the means. `share` is the part of the whole drop that it explains. `paths` are its files that can
    matter; `files` those that do, found by trying them alone (empty: not asked), and `together` says that none of them
    alone does it. Not `narrowed`: they hold the culprit, and which of them it is could not be told.
    """

    commits: tuple[GitCommit, ...]
    between: tuple[str, str] | None = None
    merge: bool = False
    paths: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    together: bool = False
    narrowed: bool = True
    before: float | None = None
    after: float | None = None
    move: Move | None = None
    share: float | None = None
    confirmed: bool = False


class Bisection(Noun):
    """A search, and how it ended.

    outcome:
        `named`: the culprit is known; `range`: it is one of several; `not reproduced`: on fresh draws there is no drop
        between good and bad; `not confirmed`: on fresh draws what the search came to is no worse than what stands before
        it; `nothing worse`: no case scored worse; `nothing changed`: no commit touches what the suite depends on;
        `told`: only what it would take was asked.
    commits, passed_over:
        how many lie between good and bad, and how many of them touch nothing that the suite depends on.
    alpha, step_alpha, steps:
        the chance of any wrong answer, of one wrong step, and how many steps that allows for.
    since_accepted:
        how far the good version itself fell since its baseline was accepted, where luck does not explain it.
    asked, kept:
        trials that were run, and those that were on disk before.
    """

    version: Literal[1] = 1
    suite: str
    metric: str
    unit: str | None = None
    better: Literal["higher", "lower"] = "higher"
    bounds: tuple[float, float] | None = None
    relative: bool = False
    outcome: Outcome
    good: str
    bad: str
    commits: int = 0
    passed_over: int = 0
    cases: tuple[str, ...] = ()
    alpha: float
    step_alpha: float
    steps: int
    most_trials: int = 0
    drop: Move | None = None
    since_accepted: Move | None = None
    probes: tuple[Probe, ...] = ()
    culprit: Culprit | None = None
    asked: int = 0
    kept: int = 0
    cost_usd: float | None = None
