"""`gate power`: what a suite can find."""

from pathlib import Path

import click

from gate.cli.foreign import ForeignCodeVerb
from gate.cli.options import config_option, screen, suites_argument, working_tree
from gate.cli.output import show


@click.command("power", cls=ForeignCodeVerb)
@suites_argument
@config_option
def command(suites: tuple[str, ...], config: Path) -> int:
    """What each suite can find, before anybody pays for a run: the smallest detectable drop, and the cases needed.

    The noise is measured in the committed baseline; without one, ordinary noise is assumed, and that is said.
    """
    from gate.flows.power import power  # noqa: PLC0415 - help must not load the whole house
    from gate.render.power import power_text  # noqa: PLC0415

    for plan in power(working_tree(config), config.name, only=suites):
        show(power_text(plan, width=screen()[0]), newline=False)
    return 0
