"""Text → standard output. A reader who goes away (`gate check | head`) changes no verdict."""

import os
import sys

import click


def show(text: str, *, newline: bool = True) -> None:
    """Write to standard output, as long as somebody reads it."""
    try:
        click.echo(text, nl=newline)
    except BrokenPipeError:
        silence_stdout()


def silence_stdout() -> None:
    """Let whatever is still to be written to standard output go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
