"""Text → standard output and standard error, and the two kept for us alone while foreign code runs.

A reader who goes away (`gate check | head`) changes no verdict; nor does code that prints, or closes `sys.stdout`.
"""

import os
import sys
from contextlib import suppress
from typing import TextIO

import click

# Our own copies, once foreign code may have changed the ones in `sys`; None: there is no such stream.
_ours: dict[str, TextIO | None] = {}


def show(text: str, *, newline: bool = True) -> None:
    """Write to standard output, as long as somebody reads it.

    Raises:
        UserError: it cannot be written, as on a full disk.
    """
    stream = standard("stdout")
    if stream is None:
        return
    try:
        click.echo(text, nl=newline, file=stream)
    except BrokenPipeError:
        silence(stream)
    except (OSError, ValueError) as error:
        from gate.model.errors import Problem, UserError  # noqa: PLC0415 - help has no need of the nouns

        silence(stream)
        fix = "free space, or send it somewhere else"
        raise UserError(Problem(message=f"standard output cannot be written: {error}", fix=fix)) from None


def say(text: str) -> None:
    """Write a line to standard error; where that cannot be written, there is nobody left to tell."""
    stream = standard("stderr")
    if stream is not None:
        try:
            click.echo(text, file=stream)
        except (OSError, ValueError):
            silence(stream)


def standard(name: str) -> TextIO | None:
    """`stdout` or `stderr`, ours where foreign code may have changed the one in `sys`; None where it is closed."""
    stream: TextIO | None = _ours[name] if name in _ours else getattr(sys, name)
    return stream


def silence(stream: TextIO | None) -> None:
    """Let whatever is still to be written to a stream go nowhere."""
    with suppress(AttributeError, OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[union-attr]


def fill_closed() -> None:
    """Open the null device where a standard stream is closed, lest a file of ours is opened in its place."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def keep_streams() -> None:
    """Keep both streams for ourselves; what foreign code prints from here on goes to standard error."""
    for name in ("stdout", "stderr"):
        _ours[name] = _copy(getattr(sys, name))
    os.dup2(2, 1)
    sys.stdout = sys.stderr


def _copy(stream: TextIO | None) -> TextIO | None:
    if stream is None:
        return None
    stream.flush()
    handle = os.dup(stream.fileno())
    return os.fdopen(handle, "w", encoding=stream.encoding, errors=stream.errors, buffering=1)
