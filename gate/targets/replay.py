"""Recorded replies → the replies to the same cases. Never asks anything.

One recording of a case answers every draw of it: a replay is deterministic, so its repeats say nothing about noise.
Several recordings of a case are its draws 0, 1, 2 …; a draw beyond them is a failure, not one of them again.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from gate.model.base import Noun
from gate.model.case import Case, Place
from gate.model.errors import Problem, UserError
from gate.model.files import load_results
from gate.model.ports import Setting, Target
from gate.model.reply import Failure, Reply
from gate.model.run import RunResult
from gate.model.shown import Shown
from gate.targets.answer import parse_json, reply_from
from gate.targets.paths import file_inside

_RESULTS_MARK = '"gate_results"'
_MOST_PROBLEMS = 20  # shown at once

Draws = dict[int, Reply | Failure]


class ReplayOptions(Noun):
    """What stands under `with:` of a `replay` target."""

    replies: str = Field(
        description="Path of the recordings: JSONL with `id`, `output` and whatever else belongs to a reply, "
        "or a results file written by `gate run -o`."
    )


class ReplayTarget(Target):
    """Replies that were recorded elsewhere: by another tool, in production, or in a run before."""

    Options: ClassVar = ReplayOptions
    options: ReplayOptions
    whole: ClassVar = True

    def __init__(self, options: ReplayOptions, setting: Setting) -> None:
        super().__init__(options, setting)
        self._file = file_inside(options.replies, root=setting.root, key="replies")
        try:
            text = (setting.root / self._file).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            place = Place(file=self._file)
            message = f"this is not UTF-8 (byte {error.start})"
            raise UserError(Problem(message=message, place=place, fix="save it as UTF-8")) from None
        self._asked: Mapping[str, Case] = {}
        if _RESULTS_MARK in text[:200]:
            result = load_results(text, self._file)
            self._asked = {case.id: case for case in result.cases}
            self._draws = _of_run(result)
        else:
            self._draws = _of_lines(text, self._file)

    def files(self) -> Sequence[str]:
        """The recordings."""
        return (self._file,)

    def check(self, case: Case) -> None:
        """Refuse a case that was not recorded, or whose recording answers another question."""
        asked = self._asked.get(case.id, case)
        if case.id not in self._draws:
            message = f"there is no recording of case {case.id!r}"
        elif (asked.input, asked.context) != (case.input, case.context):
            message = f"the recording of case {case.id!r} answers another input or context"
        else:
            return
        fix = f"record it in {self._file}, or take the case out of the suite"
        raise UserError(Problem(message=message, place=case.place, key="replies", fix=fix))

    def shown(self, case: Case) -> Shown:
        """Nothing is sent: where the recordings of the case stand."""
        return Shown(
            what=f"nothing: its replies were recorded in {self._file}",
            parts={"draws recorded": len(self._draws.get(case.id, {}))},
        )

    async def ask(self, case: Case) -> Reply | Failure:
        """The first draw."""
        return await self.draw(case, index=0)

    async def draw(self, case: Case, *, index: int) -> Reply | Failure:
        """The draw of that index, or the only one there is."""
        draws = self._draws[case.id]
        if len(draws) == 1:
            return next(iter(draws.values()))
        if index in draws:
            return draws[index]
        recorded = ", ".join(str(known) for known in sorted(draws))
        message = f"no draw {index} of case {case.id!r} was recorded, only {recorded}"
        return Failure(stage="target", kind="no_recording", message=message)


def _of_run(result: RunResult) -> dict[str, Draws]:
    """A results file's replies, and the failures of its target, by case and index."""
    draws: dict[str, Draws] = {}
    for trial in result.trials:
        recorded = trial.reply or next((f for f in trial.failures if f.stage == "target"), None)
        if recorded is not None:
            draws.setdefault(trial.case_id, {})[trial.index] = recorded
    return draws


def _of_lines(text: str, file: str) -> dict[str, Draws]:
    """A JSONL file's replies, by case and index.

    Raises:
        UserError: every line that is no recording (the first twenty of them), or an empty file.
    """
    draws: dict[str, Draws] = {}
    problems: list[Problem] = []
    for place, line in _lines(text, file):
        try:
            _record(parse_json(line), draws)
        except ValueError as error:
            problems.append(Problem(message=str(error), place=place))
    if problems:
        raise UserError(*problems[:_MOST_PROBLEMS])
    if not draws:
        fix = 'write one JSON object a line: {"id": "case-1", "output": "…"}'
        raise UserError(Problem(message="the file holds no recording", place=Place(file=file), fix=fix))
    return draws


def _lines(text: str, file: str) -> Iterator[tuple[Place, str]]:
    # Not splitlines(): JSON may hold U+2028 and its like unescaped.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield Place(file=file, line=number), line


def _record(value: Any, draws: dict[str, Draws]) -> None:
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        raise ValueError("a recording is an object with the `id` of its case and an `output`")  # noqa: TRY004
    case_id, index = value.pop("id"), value.pop("index", None)
    of_case = draws.setdefault(case_id, {})
    index = len(of_case) if index is None else index
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        raise ValueError(f"`index` counts the draws of a case from 0 (found {index!r})")
    if index in of_case:
        raise ValueError(f"draw {index} of case {case_id!r} is recorded twice")
    reply = reply_from(value, latency_s=0)  # a recording without a latency has none to tell
    if isinstance(reply, Failure):
        raise ValueError(reply.message)  # noqa: TRY004 - what is wrong with a line is one kind of error
    of_case[index] = reply
