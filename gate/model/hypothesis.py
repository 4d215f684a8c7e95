"""Hypothesis: a suspicion about a few cases, and what fresh draws of base and head say of it."""

from typing import Literal

from pydantic import Field

from gate.model.base import Noun
from gate.model.report import Revision
from gate.model.verdict import Kind, MetricDiff

Answer = Literal["confirmed", "not confirmed", "can't tell", "not comparable", "failed"]
_EXIT_CODES: dict[Answer, int] = {
    "not confirmed": 0,
    "confirmed": 1,
    "can't tell": 3,
    "not comparable": 3,
    "failed": 4,
}
OF_KIND: dict[Kind, Answer] = {
    Kind.PASS: "not confirmed",
    Kind.REGRESSED: "confirmed",
    Kind.INCONCLUSIVE: "can't tell",
    Kind.NOT_COMPARABLE: "not comparable",
}


class DrawPlan(Noun):
    """What is going to be taken: `draws` of each of `cases` on either side.

    `wanted` is how many find a drop of `drop` (of the metric `metric`, in its unit) with the policy's power; None where
    not even the most that are taken do, or where nothing is known of the noise. `why` says why fewer are taken.
    """

    cases: int
    draws: int
    wanted: int | None = None
    metric: str = ""
    drop: float | None = None
    power: float
    why: str = ""


class Tested(Noun):
    """One metric: its figures, the drop that was looked for, and how many more draws a side may tell.

    `more_draws` is None where the answer stands, and where more draws of the same cases would not help.
    """

    diff: MetricDiff
    looked_for: float | None = None
    more_draws: int | None = None

    @property
    def answer(self) -> Answer:
        """The verdict in words."""
        return OF_KIND[self.diff.kind]


class CaseRow(Noun):
    """One case of one metric: the draws of either side, in the metric's unit."""

    case_id: str
    metric: str
    baseline: tuple[float, ...] = ()
    head: tuple[float, ...] = ()


class Hypothesis(Noun):
    """What came of it. `level` is that of each of two looks, `failed` counts failed trials of base and head.

    `same` says that the two applications do not differ in anything that the suite depends on.
    """

    gate_hypothesis: Literal[1] = 1
    suite: str
    base: Revision
    head: Revision
    plan: DrawPlan
    level: float
    tested: tuple[Tested, ...] = ()
    rows: tuple[CaseRow, ...] = ()
    trials: tuple[int, int] = (0, 0)
    failed: tuple[int, int] = (0, 0)
    kept: tuple[int, int] = (0, 0)
    cost_usd: float | None = None
    same: bool = False
    stopped: str = ""
    answer: Answer = Field(default="can't tell")

    @property
    def exit_code(self) -> int:
        """0 not confirmed, 1 confirmed, 3 can't tell, 4 the evaluation failed."""
        return _EXIT_CODES[self.answer]
