"""What every part of the client stands on: the wire to one repository, and addresses that cannot lead elsewhere."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from gate.model.errors import Problem, UserError

if TYPE_CHECKING:
    from gate.host.github.wire import Wire


class Asking:
    """A part of the client."""

    def __init__(self, wire: "Wire") -> None:
        self._wire = wire

    @property
    def repository(self) -> str:
        """Its `owner/name`."""
        return self._wire.place.repository

    @property
    def server_url(self) -> str:
        """Where its pages are, without a slash at the end."""
        return self._wire.place.server_url

    @property
    def calls(self) -> int:
        """How often the API was asked so far, other attempts included."""
        return self._wire.calls

    def _at(self, *parts: object) -> str:
        """The address of something in this repository; a part may hold slashes."""
        return f"/repos/{self.repository}/{'/'.join(quoted(str(part)) for part in parts)}"


def quoted(part: str) -> str:
    """A name from outside → a part of an address. Dots alone would be taken for a step up, nothing for the folder above.

    Raises:
        UserError: it holds such a step, or is empty.
    """
    if any(step in {"", ".", ".."} for step in part.split("/")):
        fix = "write it without empty steps, `.` and `..`"
        raise UserError(Problem(message="this names nothing on GitHub", value=repr(part), fix=fix))
    return quote(part, safe="/")
