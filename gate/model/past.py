"""The past: commits as git tells of them, and the course that a suite's baselines took over them."""

from typing import Literal

from pydantic import Field

from gate.model.base import Noun


class GitCommit(Noun):
    """A commit as its author wrote it, hostile text and all. `date` is that of the commit, as `2026-11-23`.

    `paths` are the files that it changes of its first parent's, both names of a renamed one, from the repository's root.
    """

    sha: str
    parents: tuple[str, ...] = ()
    author: str = ""
    date: str = ""
    message: str = ""
    paths: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The first line of its message."""
        return self.message.strip().partition("\n")[0]


class Accepted(Noun):
    """A baseline that landed on the branch: with which commit, by whose word, and why, as that commit says.

    `sha` is the commit of the branch, `source` the one in which the file was written, where it came with a merge.
    `problem` says why the file cannot be read; then nothing else is known of it. `draws` are the fewest and the most.
    """

    sha: str
    source: str = ""
    date: str
    by: str
    reason: str
    path: str
    cases: int = 0
    draws: tuple[int, int] = (0, 0)
    problem: str = ""


class Move(Noun):
    """How far a metric moved between two baselines, over the cases that both asked and scored (`cases` of them).

    `delta` and its 90 % interval are in the metric's unit, or relative (0.1 is ten per cent more). `obstacle` says why the
    two cannot be compared; then there is nothing else.
    """

    cases: int = 0
    delta: float | None = None
    low: float | None = None
    high: float | None = None
    worse: bool = False
    obstacle: str = ""


class Point(Noun):
    """A metric in one baseline: its mean over `cases`, None where it has none. `move` is from the baseline before."""

    sha: str
    mean: float | None = None
    cases: int = 0
    draws: tuple[int, int] = (0, 0)
    move: Move | None = None


class ChangePoint(Noun):
    """A change that luck does not explain: somewhere behind the baseline `after`, and in place with that of `by`.

    `accepts` counts the baselines from one to the other; 1 is a step, more is a change that no single one of them shows.
    `p` is two-sided and adjusted for all tests of the whole table.
    """

    after: str
    by: str
    accepts: int = Field(ge=1)
    move: Move
    p: float


class Course(Noun):
    """One metric over the baselines of a suite, oldest first, a point for each that could be read.

    `shared` counts the cases that the means are over, where those are the cases that all baselines share rather than all
    cases of each. `total` is from the first point to the last.
    """

    metric: str
    unit: str | None = None
    better: Literal["higher", "lower"] = "higher"
    bounds: tuple[float, float] | None = None
    relative: bool = False
    shared: int | None = None
    points: tuple[Point, ...] = ()
    changes: tuple[ChangePoint, ...] = ()
    total: Move | None = None


class SuiteHistory(Noun):
    """The baselines of one suite, oldest first, and the course of each metric.

    `older` counts those that were left out by the range; `cut_off` says that the clone does not hold all history.
    """

    suite: str
    baseline: str
    accepted: tuple[Accepted, ...] = ()
    courses: tuple[Course, ...] = ()
    older: int = 0
    cut_off: bool = False


class PastReport(Noun):
    """What `gate history` tells. `tests` were made in all; with no change at all, one is called with chance `alpha`."""

    version: Literal[1] = 1
    alpha: float
    tests: int = 0
    suites: tuple[SuiteHistory, ...] = ()
