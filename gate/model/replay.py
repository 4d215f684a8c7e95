"""Replay: one case of a suite as it was sent, received and scored, and as it is where it was sent again."""

from typing import Literal

from pydantic import Field

from gate.model.base import Noun
from gate.model.case import Case
from gate.model.reply import Expense, Failure, Reply
from gate.model.score import Metric, Score
from gate.model.shown import Shown
from gate.model.span import Span


class Mark(Noun):
    """A score of a draw beside the draws of the baseline.

    `mode` is what its gate does; `stands` how the score compares with the baseline's mean, or, without one, whether a
    binary metric passes; empty where neither way is better. `older`: it was given by an evaluator of other options.
    """

    score: Score
    metric: Metric | None = None
    mode: Literal["block", "warn", "record"] = "record"
    baseline: tuple[float, ...] = ()
    stands: Literal["", "pass", "fail", "better", "worse", "same"] = ""
    older: bool = False


class Taken(Noun):
    """One draw: what came back, its scores, what its judges are asked, and the steps that were recorded of it."""

    index: int = Field(ge=0)
    reply: Reply | None = None
    failures: tuple[Failure, ...] = ()
    expenses: tuple[Expense, ...] = ()
    marks: tuple[Mark, ...] = ()
    asked: dict[str, tuple[Shown, ...]] = Field(default_factory=dict)
    spans: tuple[Span, ...] = ()


class Side(Noun):
    """The same case, sent again: what it was sent to, and the draws that came back. They are kept nowhere."""

    label: str
    target: dict[str, str] = Field(default_factory=dict)
    draws: tuple[Taken, ...] = ()


class Replay(Noun):
    """One case, step by step.

    `sent` is what today's files make of the case. `changed` names what is another today than when the draws were taken,
    so that it may not be what was sent then; None where that is not known, so that a run keeps none either. `indexes`
    are all draws that are there, `draw` is the one that is told; `source` is where they come from, empty where there
    are none.
    """

    gate_replay: Literal[1] = 1
    suite: str
    case: Case
    sent: Shown
    source: str = ""
    changed: tuple[str, ...] | None = ()
    indexes: tuple[int, ...] = ()
    draw: Taken | None = None
    sides: tuple[Side, ...] = ()
