"""Exception → what the person reads, and the exit code: the user's fault, an interruption and our fault differ."""

import platform
import sys
import traceback
from dataclasses import dataclass
from importlib.metadata import version

import click

from gate.model.errors import EvaluationError, GateError, InterruptedRunError, UserError

_USAGE, _BUG, _INTERRUPTED = 2, 70, 130


@dataclass(frozen=True, kw_only=True)
class Ending:
    """The words for stderr (may be empty) and the exit code."""

    text: str
    exit_code: int


def ending_of(error: BaseException) -> Ending:
    """Whatever was raised → its ending. Nothing that was raised ends in 0, but for an explicit `ctx.exit(0)`."""
    match error:
        case click.exceptions.Exit():
            text, exit_code = "", error.exit_code
        case click.ClickException():
            text, exit_code = _usage(error), _USAGE
        case KeyboardInterrupt() | click.exceptions.Abort():
            text, exit_code = "Interrupted.", _INTERRUPTED
        case GateError():
            text, exit_code = _expected(error), error.exit_code
        case _:
            text, exit_code = _bug_report(error), _BUG
    return Ending(text=text, exit_code=exit_code)


def _expected(error: GateError) -> str:
    if isinstance(error, UserError):
        from gate.render.problems import problems_text  # noqa: PLC0415 - only an error needs it

        return problems_text(error.problems)
    if isinstance(error, EvaluationError):
        return f"The evaluation failed: {error}"
    return f"Interrupted. {error}" if isinstance(error, InterruptedRunError) else str(error)


def _usage(error: click.ClickException) -> str:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    context = error.ctx if isinstance(error, click.UsageError) else None
    where = f"\nSee `{context.command_path} --help`." if context else ""
    return f"Error: {error.format_message()}{where}"


def _bug_report(error: BaseException) -> str:
    trace = "".join(traceback.format_exception(error))
    return (
        "This is a bug in gate, and no verdict was reached. Please report it with the lines below;\n"
        "look them over first: they may hold names of your files.\n\n"
        f"gate {version('llm-regression-gate')} · Python {platform.python_version()} · {sys.platform}\n{trace}"
    )
