"""`gate run`: run and keep what came back."""

from pathlib import Path

import click

from gate.cli.options import (
    config_option,
    keep_results,
    notice,
    progress,
    screen,
    suites_argument,
    working_tree,
)
from gate.cli.output import show

_FAILED = 4


@click.command("run")
@suites_argument
@config_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Keep the results: a file, or a folder for several suites.",
)
@click.option(
    "--draws", type=click.IntRange(min=1), help="Trials per case. Default: `trials.check` of the suite."
)
def command(suites: tuple[str, ...], config: Path, output: Path | None, draws: int | None) -> int:
    """Run the suites and keep what came back; no verdict.

    Ends with 4 where a run was stopped, or where not one trial came back.
    """
    from gate.flows import run  # noqa: PLC0415 - help must not load the whole house
    from gate.place import Place  # noqa: PLC0415
    from gate.render.scores import run_text  # noqa: PLC0415

    place = Place(tree=working_tree(config), config=config.name, progress=progress(), notice=notice)
    with run(place, only=suites, draws=draws) as results:
        keep_results(results, output)
        for result in results.values():
            show(run_text(result, width=screen()[0]), newline=False)
    broken = [r for r in results.values() if r.stopped or all(trial.reply is None for trial in r.trials)]
    return _FAILED if broken else 0
