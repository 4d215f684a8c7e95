"""INPUT_* → Inputs: what the workflow asks for, checked, with the name of the input in every error. PURE.

GitHub sets the variable of every input that action.yml names, empty where the workflow says nothing.
"""

import difflib
import re
from collections.abc import Mapping
from typing import Any, Literal, get_args

from gate.model.base import Noun
from gate.model.errors import Problem, UserError

CommentMode = Literal["always", "changes", "failures", "off"]
OnInconclusive = Literal["", "block", "warn"]
OPT_IN = "i_understand_that_pull_request_code_runs_with_secrets"
# Set by GitHub for `with: args` and `with: entrypoint` of any container action.
_OF_GITHUB = frozenset({"INPUT_ARGS", "INPUT_ENTRYPOINT"})
_PREFIX = "INPUT_"


class Inputs(Noun):
    """The inputs of action.yml, by their names."""

    config: str = "gate.yaml"
    suites: tuple[str, ...] = ()
    base: str = ""
    results: tuple[str, ...] = ()
    setup: str = ""
    setup_timeout_minutes: float = 15
    comment: CommentMode = "always"
    on_inconclusive: OnInconclusive = ""
    status: str = "gate"
    reports: str = "gate-report"
    token: str = ""
    i_understand_that_pull_request_code_runs_with_secrets: bool = False

    def __repr__(self) -> str:
        return "Inputs(…)"  # the token must not get into a traceback


def read_inputs(environment: Mapping[str, str]) -> Inputs:
    """The variables of the runner → Inputs.

    Raises:
        UserError: with every input that is unknown or has a value that is not allowed.
    """
    given = {
        name.removeprefix(_PREFIX).lower(): value.strip()
        for name, value in environment.items()
        if name.startswith(_PREFIX) and name not in _OF_GITHUB and value.strip()
    }
    problems = [_unknown(name) for name in given if name not in Inputs.model_fields]
    read = _Reader(given, problems)
    inputs = Inputs(
        config=read.path("config"),
        suites=read.names("suites"),
        base=read.text("base"),
        results=read.lines("results"),
        setup=read.text("setup"),
        setup_timeout_minutes=read.minutes("setup_timeout_minutes"),
        comment=read.one_of("comment", get_args(CommentMode)),
        on_inconclusive=read.one_of("on_inconclusive", get_args(OnInconclusive)),
        status=read.text("status"),
        reports=read.path("reports"),
        token=read.text("token"),
        i_understand_that_pull_request_code_runs_with_secrets=read.flag(OPT_IN),
    )
    if problems:
        raise UserError(*problems)
    return inputs


class _Reader:
    """Reads one input after the other, and keeps what is wrong."""

    def __init__(self, given: Mapping[str, str], problems: list[Problem]) -> None:
        self._given = given
        self._problems = problems

    def text(self, name: str) -> str:
        """The value, or the default."""
        return self._given.get(name) or str(Inputs.model_fields[name].default)

    def lines(self, name: str) -> tuple[str, ...]:
        """One a line."""
        return tuple(line.strip() for line in self._given.get(name, "").splitlines() if line.strip())

    def names(self, name: str) -> tuple[str, ...]:
        """Apart by blanks, commas or line ends."""
        return tuple(dict.fromkeys(re.findall(r"[^\s,]+", self._given.get(name, ""))))

    def path(self, name: str) -> str:
        """A path inside the workspace, written with `/`."""
        value = self.text(name).removeprefix("./").rstrip("/")
        if not value or value.startswith(("/", "~")) or "\\" in value or ".." in value.split("/"):
            self._wrong(name, "write a path that stays in the workspace, with `/`")
        return value

    def minutes(self, name: str) -> float:
        """A number above 0 and up to a day."""
        text = self.text(name)
        value = float(text) if re.fullmatch(r"\d{1,4}(\.\d{1,3})?", text) else 0.0
        if not 0 < value <= 24 * 60:
            self._wrong(name, "write a number of minutes, such as 15")
        return value

    def flag(self, name: str) -> bool:
        """`true` or `false`."""
        return bool(self.one_of(name, ("false", "true")) == "true")

    def one_of(self, name: str, allowed: tuple[str, ...]) -> Any:
        """One of few words."""
        default = Inputs.model_fields[name].default
        value = self._given.get(name) or str(default).replace("False", "false")
        if value not in allowed:
            self._wrong(name, f"write one of: {', '.join(word for word in allowed if word)}")
            return default
        return value

    def _wrong(self, name: str, fix: str) -> None:
        problem = Problem(
            message="this value is not allowed",
            key=f"input `{name}`",
            value=self._given.get(name, "")[:80],
            fix=fix,
        )
        self._problems.append(problem)


def _unknown(name: str) -> Problem:
    near = difflib.get_close_matches(name, Inputs.model_fields, n=1)
    fix = f"did you mean `{near[0]}`?" if near else f"the inputs are: {', '.join(Inputs.model_fields)}"
    return Problem(message="the action has no such input", key=f"input `{name}`", fix=fix)
