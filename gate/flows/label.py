"""What a person is to label: the responses of a results file in an order that tells nothing, without any verdict."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gate.base import needed_text
from gate.config.labels import dump_labels, load_labels
from gate.host.local import read_text, write_text
from gate.model.calibration import Label
from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.model.files import load_results
from gate.model.reply import Reply
from gate.model.run import RunResult


@dataclass(frozen=True, kw_only=True)
class Response:
    """One response that waits for a label."""

    case: Case
    reply: Reply
    index: int


class Desk:
    """The responses of one results file, and the label file that grows with every decision.

    Every decision is on disk before the next response is shown; a label file that is there already is gone on with.
    """

    def __init__(self, results: Path, *, metric: str, output: Path, seed: int) -> None:
        """Open both files.

        Raises:
            UserError: no such results, a metric that they have not, or a label file that is none.
        """
        result = load_results(needed_text(results), str(results))
        if metric not in result.metrics:
            known = ", ".join(sorted(name for name, m in result.metrics.items() if not m.operational))
            message = f"the results have no metric {metric!r}"
            raise UserError(Problem(message=message, value=str(results), fix=f"they have: {known}"))
        self.metric, self._output = metric, output
        self._labels = list(load_labels(read_text(output) or "", str(output)))
        self._waiting = _shuffled(result, seed=seed)

    @property
    def done(self) -> int:
        """How many of these responses have a label."""
        return len(self._waiting) - len(self.waiting)

    @property
    def waiting(self) -> list[Response]:
        """The responses that have no label yet, in their order."""
        told = {
            (label.case_id, label.key, label.index) for label in self._labels if label.metric == self.metric
        }
        return [one for one in self._waiting if (one.case.id, one.case.key, one.index) not in told]

    def decide(self, response: Response, label: Literal["pass", "fail", "unknown"]) -> None:
        """Write a decision down.

        Raises:
            UserError: the file cannot be written.
        """
        self._labels.append(
            Label(
                case_id=response.case.id,
                key=response.case.key,
                metric=self.metric,
                label=label,
                output=response.reply.output,
                contexts=response.reply.contexts,
                index=response.index,
            )
        )
        write_text(self._output, dump_labels(self._labels))

    def undo(self) -> bool:
        """Take the last decision back; whether there was one."""
        if not self._labels or self._labels[-1].metric != self.metric:
            return False
        self._labels.pop()
        write_text(self._output, dump_labels(self._labels))
        return True


def _shuffled(result: RunResult, *, seed: int) -> Sequence[Response]:
    """One response of every case, then another of every case, each round in an order of its own."""
    return [one for round_ in _rounds(result, random.Random(seed)) for one in round_]  # noqa: S311 - no secret


def _rounds(result: RunResult, chance: random.Random) -> Iterator[list[Response]]:
    cases = {case.id: case for case in result.cases}
    rounds: dict[int, list[Response]] = {}
    for trial in result.trials:
        if trial.reply is not None:
            response = Response(case=cases[trial.case_id], reply=trial.reply, index=trial.index)
            rounds.setdefault(trial.index, []).append(response)
    for _, responses in sorted(rounds.items()):
        chance.shuffle(responses)
        yield responses
