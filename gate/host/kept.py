"""Files of one commit ↔ a folder: a History for a process that may not ask the host itself."""

from collections.abc import Iterable
from pathlib import Path

from gate.host.local import read_text, write_text
from gate.model.errors import Problem, UserError
from gate.model.ports import History
from gate.model.report import Revision


class KeptHistory:
    """A History of one commit, out of a folder that `keep` filled. Paths are relative to the folder of gate.yaml."""

    def __init__(self, folder: Path, *, revision: Revision) -> None:
        self._folder = folder
        self._revision = revision

    def resolve(self, ref: str) -> Revision:
        """The one commit that was kept.

        Raises:
            UserError: another one is asked for.
        """
        if ref != self._revision.sha:
            fix = f"only {self._revision.sha} was kept"
            raise UserError(Problem(message="this commit was not kept", value=ref, fix=fix))
        return self._revision

    def read_at(self, sha: str, path: str) -> str | None:
        """The text of a file at that commit; None where it does not exist there, or was not kept.

        Raises:
            UserError: as `resolve`.
        """
        self.resolve(sha)
        return read_text(self._folder / path)


def keep(history: History, sha: str, *, paths: Iterable[str], folder: Path) -> None:
    """Put those of the files that exist at a commit into a folder.

    Raises:
        UserError: one of them cannot be read.
    """
    for path in paths:
        text = history.read_at(sha, path)
        if text is not None:
            write_text(folder / path, text)
