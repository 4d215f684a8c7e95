"""Case → Reply of a Python function of the user's. Never hands the function what is expected."""

import os
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from gate.model.base import Noun
from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.model.ports import Setting, Target
from gate.model.redaction import redact, secrets_of, shortened
from gate.model.reply import Failure, Reply
from gate.targets.answer import reply_from
from gate.targets.question import question

_ARGUMENTS = ("input", "context", "metadata", "case")


class PythonOptions(Noun):
    """What stands under `with:` of a `python` target."""

    function: str = Field(
        description="The function, as `path/to/file.py:name` (from the folder of gate.yaml) or `package.module:name`."
    )


class PythonTarget(Target):
    """A function, plain or async, called by keyword with those of `input`, `context`, `metadata`, `case` it takes.

    It returns a text, a mapping with `output`, or a Reply. Latency is the wall time of the call, unless it says its
    own.
    """

    Options: ClassVar = PythonOptions
    options: PythonOptions

    def __init__(self, options: PythonOptions, setting: Setting) -> None:
        super().__init__(options, setting)
        self._function = setting.load(options.function)
        takes = self._function.parameters
        self._names = _ARGUMENTS if "**" in takes else tuple(n for n in _ARGUMENTS if n in takes)
        unknown = sorted(self._function.required - set(_ARGUMENTS))
        if unknown:
            raise self._problem(f"the function needs {', '.join(map(repr, unknown))}, which no case has")
        if not {"input", "case"} & set(self._names):
            raise self._problem(
                f"the function takes no `input` (it takes {', '.join(sorted(takes)) or 'nothing'})"
            )

    def files(self) -> Sequence[str]:
        """The function's own file. What that file imports is not seen: name it under `depends_on`."""
        return (self._function.file,) if self._function.file else ()

    async def ask(self, case: Case) -> Reply | Failure:
        """Call the function once; what it raises is a Failure of kind `exception`."""
        plain = question(case)
        shown = case.model_copy(update={"expected": None})
        given = {**plain, "metadata": plain["tags"], "case": shown}
        arguments = {name: given[name] for name in self._names}
        start = time.perf_counter()
        try:
            value: Any = await self._function(**arguments)
        except Exception as error:  # noqa: BLE001 - a user's function may raise anything
            return Failure(stage="target", kind="exception", message=self._describe(error))
        return reply_from(value, latency_s=time.perf_counter() - start)

    def _problem(self, message: str) -> UserError:
        fix = f"arguments are given by keyword: {', '.join(_ARGUMENTS)}; take those you need"
        return UserError(Problem(message=message, key="function", value=self.options.function, fix=fix))

    def _describe(self, error: Exception) -> str:
        """`TypeName: text (file:line)`, at the deepest line that is the user's own, without credentials."""
        text = redact(f"{type(error).__name__}: {error}", secrets=secrets_of(os.environ))
        root = self.setting.root.resolve()
        frames = [
            (path.relative_to(root).as_posix(), frame.lineno)
            for frame in traceback.extract_tb(error.__traceback__)
            if (path := Path(frame.filename)).is_relative_to(root) and "site-packages" not in path.parts
        ]
        place = f" ({frames[-1][0]}:{frames[-1][1]})" if frames else ""
        return shortened(text) + place
