"""The three kinds of ending that are not a verdict.

GateError
├── UserError            the user must mend something: exit 2
├── EvaluationError      the evaluation itself failed: exit 4
└── InterruptedRunError  a person or the system stopped us: exit 130

Anything else that escapes is a bug of ours: exit 70.
"""

from gate.model.base import Noun
from gate.model.case import Place


class Problem(Noun):
    """One thing to mend: where it stands (file and line, key path), the value found, what is wrong, and the fix."""

    message: str
    place: Place | None = None
    key: str = ""
    value: str = ""
    fix: str = ""

    def __str__(self) -> str:
        head = f"{self.place}: " if self.place else ""
        subject = f"{self.key}: " if self.key else ""
        value = f" (found {self.value})" if self.value else ""
        fix = f"\n    fix: {self.fix}" if self.fix else ""
        return f"{head}{subject}{self.message}{value}{fix}"


class GateError(Exception):
    """The base: `exit_code` is what the process ends with."""

    exit_code = 70


class UserError(GateError):
    """Something that the user must mend, with every problem that was found at once."""

    exit_code = 2

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class EvaluationError(GateError):
    """The evaluation itself failed: the provider is down, the key is refused."""

    exit_code = 4


class InterruptedRunError(GateError):
    """Stopped from outside; what was finished is kept."""

    exit_code = 130
