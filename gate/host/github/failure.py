"""HostError: GitHub refused, or could not be asked, told in one sentence with what to do. It never holds a token."""

from dataclasses import dataclass

from gate.model.errors import Problem, UserError

_EVALUATION_FAILED = 4


@dataclass(frozen=True, kw_only=True)
class Task:
    """What GitHub is asked for, in words ("writing the comment on pull request 7"), and the permission that it takes."""

    doing: str
    needs: str = ""


class HostError(UserError):
    """A call that failed. `status` is HTTP's, None without an answer; `request_id` is for GitHub's support.

    `passing`: another attempt may succeed, so it is no fault of the user, and the exit code is 4 and not 2.
    `unsure`: what was asked may have happened all the same. `wait_s`: GitHub asks to wait that long. `kind` is the type
    of an error of GraphQL ("STALE_DATA"), else empty.
    """

    def __init__(
        self, problem: Problem, *, status: int | None = None, passing: bool = False, unsure: bool = False
    ) -> None:
        super().__init__(problem)
        self.status = status
        self.passing = passing
        self.unsure = unsure
        self.request_id = ""
        self.kind = ""
        self.wait_s: float | None = None
        if passing:
            self.exit_code = _EVALUATION_FAILED
