"""Case → Reply of a Python function of the user's. Never hands the function what is expected."""

import time
from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from gate.model.base import Noun
from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.model.ports import Setting, Target
from gate.model.reply import Failure, Reply
from gate.model.shown import Shown
from gate.targets.answer import reply_from
from gate.targets.question import question
from gate.targets.traced import ContextsFrom, with_passages

_ARGUMENTS = ("input", "context", "metadata", "case")


class PythonOptions(Noun):
    """What stands under `with:` of a `python` target."""

    function: str = Field(
        description="The function, as `path/to/file.py:name` (from the folder of gate.yaml) or `package.module:name`."
    )
    contexts: ContextsFrom = Field(
        default="reply",
        description="Where the retrieved passages stand: in the `reply`, or, if there are none, in the `traces` that the "
        "application writes with OpenTelemetry.",
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

    def shown(self, case: Case) -> Shown:
        """The call, with each argument by its name."""
        given = self._given(case)
        shown = {
            name: value.model_dump(mode="json", exclude_defaults=True) if isinstance(value, Case) else value
            for name, value in given.items()
        }
        return Shown(what=f"a call of {self.options.function}", parts=shown)

    async def ask(self, case: Case) -> Reply | Failure:
        """Call the function once. What it raises goes through: the run makes a Failure of it."""
        given = self._given(case)
        with self.setting.hearing.inside() as heard:
            start = time.perf_counter()
            value = await self._function(**given)
            reply = reply_from(value, latency_s=time.perf_counter() - start)
        return reply if self.options.contexts == "reply" else await with_passages(reply, heard)

    def _given(self, case: Case) -> dict[str, Any]:
        plain = question(case)
        shown = case.model_copy(update={"expected": None})
        given = {**plain, "metadata": plain["tags"], "case": shown}
        return {name: given[name] for name in self._names}

    def _problem(self, message: str) -> UserError:
        fix = f"arguments are given by keyword: {', '.join(_ARGUMENTS)}; take those you need"
        return UserError(Problem(message=message, key="function", value=self.options.function, fix=fix))
