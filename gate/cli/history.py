"""`gate history`: the course of a suite's baselines, out of git."""

from pathlib import Path

import click

from gate.cli.options import (
    check_outputs,
    config_option,
    document_option,
    json_option,
    screen,
    working_tree,
    write_document,
)
from gate.cli.output import show


@click.command("history")
@click.argument("metrics", nargs=-1, metavar="[METRIC]...")
@config_option
@click.option("--suite", "suites", multiple=True, metavar="SUITE", help="Only this suite; may be repeated.")
@click.option("--since", default="", metavar="WHEN", help="Only what landed after a commit, a tag or a date.")
@click.option("--last", type=click.IntRange(min=1), help="Only the last N baselines. Default: 20.")
@click.option(
    "--alpha",
    type=click.FloatRange(min=0, max=0.5, min_open=True, max_open=True),
    help="The chance of reporting a change where there was none. Default: `policy.alpha`.",
)
@json_option
@document_option("csv", says="Write it also as a table of comma-separated values")
@document_option("svg", says="Write the charts as an image")
def command(  # noqa: PLR0913, PLR0917 - click hands a verb its options one by one
    metrics: tuple[str, ...],
    config: Path,
    suites: tuple[str, ...],
    since: str,
    last: int | None,
    alpha: float | None,
    json_file: Path | None,
    csv_file: Path | None,
    svg_file: Path | None,
) -> int:
    """How each metric moved over the baselines that landed on this branch, and where it changed. Nothing is run.

    Without names all judged metrics of all suites are shown. Below each table it says what changed: a step at one
    commit, or a drift that no single accept shows.
    """
    from gate.flows.why.history import Wanted, history  # noqa: PLC0415 - help must not load the whole house
    from gate.render.data import json_text  # noqa: PLC0415
    from gate.render.history import history_csv, history_text  # noqa: PLC0415
    from gate.render.html.past import history_svg  # noqa: PLC0415

    tree = working_tree(config)
    check_outputs(config, [json_file, csv_file, svg_file])
    wanted = Wanted(suites=suites, metrics=metrics, since=since, last=last, alpha=alpha)
    report = history(tree, config.name, wanted)
    files = ((json_file, json_text), (csv_file, history_csv), (svg_file, history_svg))
    for path, text in files:
        if path is not None:
            write_document(path, text(report))
    if "-" not in {str(path) for path, _ in files}:
        width, color = screen()
        show(history_text(report, width=width, color=color), newline=False)
    return 0
