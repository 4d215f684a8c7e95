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
from gate.model.case import Case, Context
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


_Same = tuple[str, str, str, tuple[Context, ...]]


class Desk:
    """The responses of one results file, and the label file that grows with every decision.

    Every decision is on disk before the next response is shown; a label file that is there already is gone on with,
    also with the responses of another run. The same response to the same case is one response, however often it was
    drawn.
    """

    def __init__(self, results: Path, *, metric: str, output: Path, seed: int) -> None:
        """Open both files.

        Raises:
            UserError: no such results, none with a response, a metric that they have not, or a label file that is none.
        """
        result = load_results(needed_text(results), str(results))
        if metric not in result.metrics:
            known = ", ".join(sorted(name for name, m in result.metrics.items() if not m.operational))
            message = f"the results have no metric {metric!r}"
            raise UserError(Problem(message=message, value=str(results), fix=f"they have: {known}"))
        self.metric, self._output = metric, output
        self._text = read_text(output) or ""
        self._labels = list(load_labels(self._text, str(output)))
        self._waiting = _shuffled(result, seed=seed)
        if not self._waiting:
            fix = "look at the failures of the run; label the results of one that has responses"
            raise UserError(Problem(message="the results hold no response", value=str(results), fix=fix))

    @property
    def done(self) -> int:
        """How many of these responses have a label."""
        return len(self._waiting) - len(self.waiting)

    @property
    def waiting(self) -> list[Response]:
        """The responses that have no label yet, in their order."""
        told = {_of_label(label) for label in self._labels if label.metric == self.metric}
        return [one for one in self._waiting if _of_response(one) not in told]

    def decide(self, response: Response, label: Literal["pass", "fail", "unknown"]) -> None:
        """Write a decision down.

        Raises:
            UserError: the file cannot be written, or somebody else has written it meanwhile.
        """
        told = Label(
            case_id=response.case.id,
            key=response.case.key,
            metric=self.metric,
            label=label,
            output=response.reply.output,
            contexts=response.reply.contexts,
            index=response.index,
        )
        self._write([*self._labels, told])

    def undo(self) -> bool:
        """Take the last decision back, if it was on one of these responses; whether there was one.

        Raises:
            UserError: as `decide`.
        """
        last = self._labels[-1] if self._labels else None
        here = {_of_response(one) for one in self._waiting}
        if last is None or last.metric != self.metric or _of_label(last) not in here:
            return False
        self._write(self._labels[:-1])
        return True

    def _write(self, labels: list[Label]) -> None:
        if (read_text(self._output) or "") != self._text:
            message = f"{self._output} was changed by somebody else meanwhile; this decision is not in it"
            fix = (
                "start `gate label` again to go on with what is there; two people label into two files (`-o`)"
            )
            raise UserError(Problem(message=message, fix=fix))
        text = dump_labels(labels)
        write_text(self._output, text)
        self._labels, self._text = labels, text


def _of_label(label: Label) -> _Same:
    return (label.case_id, label.key, label.output, label.contexts)


def _of_response(one: Response) -> _Same:
    return (one.case.id, one.case.key, one.reply.output, one.reply.contexts)


def _shuffled(result: RunResult, *, seed: int) -> Sequence[Response]:
    """One response of every case, then another of every case that has one, each round in an order of its own."""
    return [one for round_ in _rounds(result, random.Random(seed)) for one in round_]  # noqa: S311 - no secret


def _rounds(result: RunResult, chance: random.Random) -> Iterator[list[Response]]:
    cases = {case.id: case for case in result.cases}
    rounds: dict[int, list[Response]] = {}
    seen = set[_Same]()
    for trial in sorted(result.trials, key=lambda trial: trial.index):
        if trial.reply is None or trial.case_id not in cases:  # what no case stands for cannot be shown
            continue
        response = Response(case=cases[trial.case_id], reply=trial.reply, index=trial.index)
        if _of_response(response) not in seen:
            seen.add(_of_response(response))
            rounds.setdefault(trial.index, []).append(response)
    for _, responses in sorted(rounds.items()):
        chance.shuffle(responses)
        yield responses
