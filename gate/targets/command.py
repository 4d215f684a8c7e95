"""Case → Reply of a program of the user's: the case as JSON on its standard input, the answer on its standard output.

Never through a shell, and never shows the program what is expected.
"""

import json
import os
import shlex
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Literal, Self

from pydantic import Field, JsonValue, field_validator, model_validator

from gate.model.base import Noun
from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.model.ports import Setting, Target
from gate.model.redaction import REDACTED, holds_credential, redact, secrets_of, shortened
from gate.model.reply import Failure, Reply
from gate.model.shown import Shown
from gate.targets.answer import MAX_BYTES, bad_reply, parse_json, reply_from
from gate.targets.paths import relative_inside
from gate.targets.process import Command, Finished, run
from gate.targets.question import question
from gate.targets.traced import ContextsFrom, with_passages
from gate.telemetry.calls import ended, program_call

_STDERR_LINES = 10


class CommandOptions(Noun):
    """What stands under `with:` of a `command` target."""

    run: str | tuple[str, ...] = Field(
        min_length=1,
        description="The program and its arguments, as a list, or as one text that is split as a shell would; "
        "there is no shell, so no pipes, globs or variables. It runs in the folder of gate.yaml.",
    )
    format: Literal["auto", "json", "text"] = Field(
        default="auto",
        description="How its standard output is read: `json`, an object with `output`; `text`, the whole of it; "
        "`auto`, JSON where it is an object with `output`, else text.",
    )
    env: dict[str, str] = Field(
        default_factory=dict,
        description="Variables added to the environment, which is passed on whole. No secrets here: this is committed.",
    )
    contexts: ContextsFrom = Field(
        default="reply",
        description="Where the retrieved passages stand: in the `reply`, or, if there are none, in the `traces` that the "
        "program exports with OpenTelemetry before it ends.",
    )

    @model_validator(mode="after")
    def _hears(self) -> Self:
        elsewhere = [
            name for name in self.env if name.startswith("OTEL_EXPORTER_OTLP") and "ENDPOINT" in name
        ]
        if self.contexts == "traces" and elsewhere:
            raise ValueError(
                f"`contexts: traces` needs the program's spans, which `env.{elsewhere[0]}` sends elsewhere"
            )
        return self

    @field_validator("run")
    @classmethod
    def _split(cls, value: str | tuple[str, ...]) -> tuple[str, ...]:
        try:
            arguments = tuple(shlex.split(value)) if isinstance(value, str) else value
        except ValueError as error:
            raise ValueError(f"this is no command line: {error}") from None
        if not arguments or not arguments[0] or any("\0" in argument for argument in arguments):
            raise ValueError("this names no program")
        return arguments


class CommandTarget(Target):
    """A program, started anew for every case. When its time is over, it is ended with everything that it started."""

    Options: ClassVar = CommandOptions
    options: CommandOptions

    def __init__(self, options: CommandOptions, setting: Setting) -> None:
        super().__init__(options, setting)
        self._command = Command(
            arguments=tuple(options.run),
            folder=setting.root,
            environment={**os.environ, **options.env},
            max_bytes=MAX_BYTES,
        )
        self._require_program()

    def files(self) -> Sequence[str]:
        """The arguments that are files inside the root. What these read in turn belongs under `depends_on`."""
        found = (
            relative_inside(self.setting.root / argument, root=self.setting.root)
            for argument in self._command.arguments
            if (self.setting.root / argument).is_file()
        )
        return sorted({path for path in found if path is not None})

    def shown(self, case: Case) -> Shown:
        """The command line, what is added to the environment, and what stands on the standard input."""
        env = {n: REDACTED if holds_credential(n) else value for n, value in self.options.env.items()}
        added: dict[str, JsonValue] = {"env": dict(env)} if env else {}
        stdin = question(case)
        return Shown(
            what=f"a run of {self._command.arguments[0]} in the folder of gate.yaml",
            parts={"command": list(self._command.arguments), **added, "standard input": stdin},
        )

    async def ask(self, case: Case) -> Reply | Failure:
        """Run the program once."""
        stdin = json.dumps(question(case), ensure_ascii=False).encode() + b"\n"
        with self.setting.hearing.call() as heard:
            try:
                with program_call(self._command.arguments[0]) as call:
                    command = replace(self._command, environment=self._environment())
                    start = time.perf_counter()
                    finished = await run(command, stdin=stdin)
                    ended(call, pid=finished.pid, status=finished.status)
            except OSError as error:
                return self._failure("not_found", f"it cannot be started: {error.strerror or error}")
            reply = self._reply(finished, latency_s=time.perf_counter() - start)
        return reply if self.options.contexts == "reply" else await with_passages(reply, heard)

    def _environment(self) -> dict[str, str]:
        """That of this process with what the config adds, which has the last word, and where the trial is traced."""
        given = self._command.environment
        return {**given, **self.setting.hearing.environment(given), **self.options.env}

    def _reply(self, finished: Finished, *, latency_s: float) -> Reply | Failure:
        if finished.overflowed:
            return self._failure("too_large", f"it wrote more than {MAX_BYTES:,} bytes and was ended")
        if finished.status:
            how = f"exit status {finished.status}" if finished.status > 0 else f"signal {-finished.status}"
            said = finished.stderr.decode(errors="replace").strip().splitlines()[-_STDERR_LINES:]
            return self._failure("exit_status", f"{how}: {' | '.join(said) or 'nothing on standard error'}")
        if finished.held_open:
            message = (
                "it ended, but a process that it put into another session keeps its standard output open"
            )
            return self._failure("output_open", message)
        return self._read(finished.stdout, latency_s=latency_s)

    def _read(self, stdout: bytes, *, latency_s: float) -> Reply | Failure:
        try:
            text = stdout.decode()
        except UnicodeDecodeError as error:
            return bad_reply(f"its standard output is not UTF-8 (byte {error.start})")
        if self.options.format != "text":
            try:
                value = parse_json(text)
            except ValueError as error:
                if self.options.format == "json":
                    return bad_reply(f"its standard output is no JSON: {error}; it begins with {text[:80]!r}")
                value = None
            if self.options.format == "json" and not isinstance(value, dict):
                return bad_reply(f"its standard output is no JSON object; it begins with {text[:80]!r}")
            if isinstance(value, dict) and (self.options.format == "json" or "output" in value):
                return reply_from(value, latency_s=latency_s)
        return reply_from(text.rstrip("\r\n"), latency_s=latency_s)

    def _failure(self, kind: str, message: str) -> Failure:
        secrets = secrets_of(self._command.environment)
        text = shortened(redact(message, secrets=secrets), limit=1_000)
        return Failure(stage="target", kind=kind, message=f"{self._command.arguments[0]}: {text}")

    def _require_program(self) -> None:
        program = self._command.arguments[0]
        path = str(self.setting.root / program) if os.sep in program else program
        if shutil.which(path, path=self._command.environment.get("PATH")) is None:
            raise UserError(
                Problem(
                    message="there is no such program, or it may not be executed",
                    key="run",
                    value=program,
                    fix="install it, mend the PATH, or name an interpreter first (`python app.py`)",
                )
            )
