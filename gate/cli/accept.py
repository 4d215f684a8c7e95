"""`gate accept`: fresh draws become the baseline."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.foreign import ForeignCodeVerb
from gate.cli.options import config_option, notice, progress, screen, suites_argument, working_tree
from gate.cli.output import show

if TYPE_CHECKING:
    from gate.flows.accept import Accepted


@click.command("accept", cls=ForeignCodeVerb)
@suites_argument
@config_option
@click.option("--timings", is_flag=True, help="Write the file even if only timings differ.")
def command(suites: tuple[str, ...], config: Path, *, timings: bool) -> int:
    """Take fresh draws and write them as the baseline.

    Nothing is written unless every suite ran through. A run in which nothing changed leaves the file as it is.
    """
    from gate.flows.accept import accept  # noqa: PLC0415 - help must not load the whole house
    from gate.place import Place  # noqa: PLC0415
    from gate.render.scores import accepted_text  # noqa: PLC0415

    place = Place(tree=working_tree(config), config=config.name, progress=progress(), notice=notice)
    for accepted in accept(place, only=suites, timings=timings):
        sides = (accepted.before, accepted.after)
        show(
            accepted_text(accepted.path, sides, outcome=_outcome(accepted), width=screen()[0]), newline=False
        )
    return 0


def _outcome(accepted: "Accepted") -> str:
    if accepted.written:
        return "was written: look at it, and commit it"
    if accepted.only_timings:
        return "was left as it is, since only timings differ (--timings writes them)"
    return "already says so: nothing to commit"
