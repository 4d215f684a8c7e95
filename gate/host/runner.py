"""Effects → the runner of GitHub Actions: its log, its files, the workspace. Everything passes the redaction first.

What it cannot write it tells by an exception of ours; it decides nothing.
"""

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from gate.host.commands import annotation_line, output_lines
from gate.host.local import write_text
from gate.model.effect import Annotation, JobSummary, StepOutput, WorkspaceFile
from gate.model.errors import Problem, UserError
from gate.model.redaction import redact

_PAYLOAD_LIMIT_BYTES = 30_000_000  # GitHub's own limit of a payload is 25 MB
_SUMMARY_LIMIT_BYTES = 1024 * 1024


class Runner:
    """One step of a job. `say` writes a line to the log; `secrets` must appear nowhere."""

    def __init__(
        self, environment: Mapping[str, str], *, say: Callable[[str], None], secrets: frozenset[str]
    ) -> None:
        self._environment = environment
        self._say = say
        self._secrets = secrets

    @property
    def workspace(self) -> Path:
        """The folder of the repository; the current one outside of a runner."""
        return Path(self._environment.get("GITHUB_WORKSPACE") or ".").resolve()

    def payload(self) -> Mapping[str, Any]:
        """The event's payload.

        Raises:
            UserError: there is none, or it is no JSON object.
        """
        path = self._environment.get("GITHUB_EVENT_PATH", "")
        try:
            text = Path(path).read_bytes()[:_PAYLOAD_LIMIT_BYTES]
            found = json.loads(text)
        except (OSError, ValueError, RecursionError) as error:
            why = f" ({type(error).__name__})" if path else ", because this is no step of a GitHub workflow"
            message = f"the payload of the event cannot be read{why}"
            fix = "on your own machine use `gate check --base main`; in a workflow use the action"
            raise UserError(Problem(message=message, key="GITHUB_EVENT_PATH", value=path, fix=fix)) from None
        if not isinstance(found, dict):
            raise UserError(Problem(message="the payload of the event is no JSON object", value=path))
        return found

    def notice(self, text: str) -> None:
        """One line of ours in the log."""
        self._say(redact(text, secrets=self._secrets))

    def annotate(self, note: Annotation) -> None:
        """A note at a line, by workflow command."""
        self._say(redact(annotation_line(note), secrets=self._secrets))

    def output(self, output: StepOutput) -> None:
        """A value for later steps; where there is no runner, nothing.

        Raises:
            UserError: the file cannot be written.
        """
        delimiter = f"gate_{secrets.token_hex(16)}"
        self._append("GITHUB_OUTPUT", output_lines(output, delimiter=delimiter))

    def summarize(self, summary: JobSummary) -> None:
        """Add to the job's page, never more than GitHub takes of one step.

        Raises:
            UserError: the file cannot be written.
        """
        path = self._environment.get("GITHUB_STEP_SUMMARY", "")
        with suppress(OSError):
            if path and Path(path).stat().st_size + len(summary.text.encode()) > _SUMMARY_LIMIT_BYTES:
                message = "the job's summary is full: GitHub takes 1 MiB of a step"
                raise UserError(Problem(message=message, fix="the reports' folder has the whole report"))
        self._append("GITHUB_STEP_SUMMARY", f"{summary.text}\n")

    def write(self, file: WorkspaceFile) -> None:
        """A file of the workspace, owned by whom the workspace belongs to.

        Raises:
            UserError: it cannot be written, or a link leads out of the workspace.
        """
        path = self.workspace / file.path
        if not path.parent.resolve().is_relative_to(self.workspace) or path.is_symlink():
            fix = "remove the link, or name another folder in the input `reports`"
            raise UserError(
                Problem(message="a symbolic link leads out of the workspace", value=file.path, fix=fix)
            )
        write_text(path, redact(file.text, secrets=self._secrets))
        self.give_back(self.workspace / Path(file.path).parts[0])

    def give_back(self, path: Path) -> None:
        """Give what root wrote to the owner of the workspace, lest the next checkout cannot remove it."""
        owner = self.workspace.stat()
        if os.geteuid() != 0 or owner.st_uid == 0 or not path.exists():
            return
        for each in [path, *path.rglob("*")]:
            with suppress(OSError):
                os.chown(each, owner.st_uid, owner.st_gid, follow_symlinks=False)

    @contextmanager
    def foreign_output(self) -> Iterator[None]:
        """Until the block is left the runner obeys no line of the log: it may come from a model, or from anybody."""
        token = secrets.token_hex(32)
        self._say(f"::stop-commands::{token}")
        try:
            yield
        finally:
            self._say(f"\n::{token}::")

    def _append(self, variable: str, text: str) -> None:
        path = self._environment.get(variable, "")
        if not path:
            return
        try:
            with Path(path).open("a", encoding="utf-8", errors="replace") as file:
                file.write(redact(text, secrets=self._secrets))
        except OSError as error:
            message = f"it cannot be written: {error.strerror}"
            raise UserError(Problem(message=message, key=variable, fix="free space on the runner")) from None
