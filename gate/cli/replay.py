"""`gate replay`: one case, as it was sent, received and scored; and sent again."""

from pathlib import Path
from typing import Literal

import click

from gate.cli.foreign import ForeignCodeVerb
from gate.cli.options import (
    check_outputs,
    config_option,
    document_option,
    notice,
    progress,
    screen,
    working_tree,
    write_document,
)
from gate.cli.output import show

_FAILED = 4


@click.command("replay", cls=ForeignCodeVerb)
@click.argument("case")
@config_option
@click.option("--suite", default="", help="The suite of the case. Default: the one that has it.")
@click.option(
    "--results",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Read this results file. Default: the store, which keeps the draws of checks and runs.",
)
@click.option("--draw", type=click.IntRange(min=1), help="Which draw, counted from 1. Default: the first.")
@click.option(
    "--send",
    type=click.Choice(["head", "base", "both"]),
    help="Send it again, and show what comes back beside what is kept: to the working tree (head), to the base, or to "
    "both. What it takes is told first; nothing of it is kept, or counts in a check.",
)
@click.option(
    "--base",
    default="",
    metavar="REF",
    help="The commit of --send base. Default: main, or the default branch of origin.",
)
@click.option(
    "--draws", type=click.IntRange(min=1, max=100), help="How often it is sent to each side. Default: once."
)
@click.option(
    "--max-cost",
    type=click.FloatRange(min=0, min_open=True),
    metavar="USD",
    help="The most that sending may cost, in US dollars. The suite's own budget holds too.",
)
@document_option("json", says="Write all of it as JSON")
def command(  # noqa: PLR0913, PLR0917 - click hands a verb its options one by one
    case: str,
    config: Path,
    suite: str,
    results: Path | None,
    draw: int | None,
    send: Literal["head", "base", "both"] | None,
    base: str,
    draws: int | None,
    max_cost: float | None,
    json_file: Path | None,
) -> int:
    """Show what is sent for a case, what came back, its steps and its scores.

    Credentials are removed from what is shown. The exit code is 4 if nothing that was sent again came back.
    """
    from gate.flows.why.replay import Wanted  # noqa: PLC0415 - help must not load the whole house
    from gate.flows.why.replay import replay as replayed  # noqa: PLC0415
    from gate.flows.why.sending import Sending, resent  # noqa: PLC0415
    from gate.place import Place  # noqa: PLC0415
    from gate.render.data import json_text  # noqa: PLC0415
    from gate.render.replay import replay_text  # noqa: PLC0415

    if send is None and (base or draws or max_cost):
        raise click.UsageError("--base, --draws and --max-cost are for sending again: add --send.")
    check_outputs(config, [json_file], read=[results] if results else [])
    place = Place(tree=working_tree(config), config=config.name, progress=progress(), notice=notice)
    wanted = Wanted(case=case, suite=suite, draw=None if draw is None else draw - 1, results=results)
    sending = Sending(to=send, base=base, draws=draws or 1, max_cost_usd=max_cost) if send else None
    told = resent(place, *replayed(place, wanted), sending)
    if str(json_file) != "-":
        width, color = screen()
        show(replay_text(told, width=width, color=color), newline=False)
    if json_file is not None:
        write_document(json_file, json_text(told))
    came = [each for side in told.sides for each in side.draws if each.reply is not None]
    return _FAILED if send and not came else 0
