"""`gate plan`: what a check and an accept are going to take."""

from pathlib import Path

import click

from gate.cli.foreign import ForeignCodeVerb
from gate.cli.options import config_option, notice, progress, screen, suites_argument, working_tree
from gate.cli.output import show


@click.command("plan", cls=ForeignCodeVerb)
@suites_argument
@config_option
@click.option("--fresh", is_flag=True, help="Plan as if nothing was kept of earlier runs.")
def command(suites: tuple[str, ...], config: Path, *, fresh: bool) -> int:
    """What a check and an accept will take: calls, tokens, money, time. Nothing is run, and no key is needed."""
    from gate.flows.plan import plan  # noqa: PLC0415 - help must not load the whole house
    from gate.place import Place  # noqa: PLC0415
    from gate.render.plan import plans_text  # noqa: PLC0415

    place = Place(tree=working_tree(config), config=config.name, progress=progress(), notice=notice)
    show(plans_text(plan(place, only=suites, fresh=fresh), width=screen()[0]), newline=False)
    return 0
