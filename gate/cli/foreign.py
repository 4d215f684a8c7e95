"""The kind of verb that runs a user's functions and plug-ins: they may not write into our report, nor end us in green."""

import os
from typing import Any, NoReturn

import click

from gate.cli.output import keep_streams, say

_FAILED = 4


class ForeignCodeVerb(click.Command):
    """A verb that imports or calls code that is not ours."""

    def invoke(self, ctx: click.Context) -> Any:
        """Call it with the standard streams and the end of the process kept for us."""
        keep_ours()
        return super().invoke(ctx)


def keep_ours() -> None:
    """Keep the standard streams and the end of the process for us."""
    keep_streams()
    _keep_the_exit()


def _keep_the_exit() -> None:
    """`os._exit(0)` ends a process past everything that could object; a child that was forked may call it."""
    ours, leave = os.getpid(), os._exit

    def left(status: int) -> NoReturn:
        if os.getpid() == ours:
            say(
                f"The evaluation failed: code that is not gate's called os._exit({status}) and ended the process."
            )
            leave(_FAILED)
        leave(status)

    os._exit = left
