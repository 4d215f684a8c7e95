"""`gate bisect`: the commit, and the file, that made a metric worse."""

from pathlib import Path
from typing import Any

import click

from gate.cli.foreign import ForeignCodeVerb
from gate.cli.options import (
    check_outputs,
    config_option,
    json_option,
    notice,
    progress,
    screen,
    working_tree,
    write_document,
)
from gate.cli.output import show
from gate.model.errors import EvaluationError, InterruptedRunError
from gate.model.run import MOST_DRAWS

_UNTOLD = 3
_KEPT = "what was drawn is kept: the same command goes on with it, and asks none of it again"


@click.command("bisect", cls=ForeignCodeVerb)
@click.argument("metric")
@config_option
@click.option("--suite", default="", metavar="SUITE", help="The suite, where several have this metric.")
@click.option(
    "--good", default="", metavar="REF", help="A commit that was good. Default: the baseline's last accept."
)
@click.option("--bad", default="", metavar="REF", help="A commit that is bad. Default: the working tree.")
@click.option(
    "--cases",
    multiple=True,
    metavar="ID",
    help="Ask this case, or all with a tag (`category=refunds`); may be repeated. Default: the cases that broke.",
)
@click.option("--files", "whole", is_flag=True, help="Search the files that differ, not the commits.")
@click.option(
    "--alpha",
    type=click.FloatRange(min=0, max=0.5, min_open=True, max_open=True),
    default=0.05,
    show_default=True,
    help="The chance of naming the wrong one.",
)
@click.option(
    "--draws",
    "most_draws",
    type=click.IntRange(min=1, max=MOST_DRAWS),
    default=12,
    show_default=True,
    help="The most draws of a case in one version; it stops earlier where fewer are enough.",
)
@click.option("--plan", "told", is_flag=True, help="Only say what it would take at most; nothing is run.")
@click.option("--fresh", is_flag=True, help="Use no draw of an earlier run.")
@json_option
def command(metric: str, config: Path, json_file: Path | None, **given: Any) -> int:
    """Find the commit that made METRIC worse, and which of its files did.

    Commits between a good and a bad version are run, each in a folder of its own, and only the cases that broke are asked.
    The most that it can take is said first; a budget in the config holds. The exit code is 3 if no commit can be named.
    """
    from gate.flows.why.bisect import bisect  # noqa: PLC0415 - help must not load the whole house
    from gate.flows.why.bisect_scope import Wanted  # noqa: PLC0415
    from gate.place import Place  # noqa: PLC0415
    from gate.render.bisect import bisection_text  # noqa: PLC0415
    from gate.render.data import json_text  # noqa: PLC0415

    place = Place(tree=working_tree(config), config=config.name, progress=progress(), notice=notice)
    check_outputs(config, [json_file])
    wanted = Wanted(metric=metric, **given)
    try:
        found = bisect(place, wanted)
    except (InterruptedRunError, KeyboardInterrupt) as error:
        said = str(error).rstrip(".")
        raise InterruptedRunError(f"{said}; {_KEPT}." if said else f"{_KEPT.capitalize()}.") from None
    except EvaluationError as error:
        raise EvaluationError(f"{error}; {_KEPT}") from None
    if json_file is not None:
        write_document(json_file, json_text(found))
    if str(json_file) != "-":
        width, color = screen()
        show(bisection_text(found, width=width, color=color), newline=False)
    return 0 if found.outcome in {"named", "told"} else _UNTOLD
