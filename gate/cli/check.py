"""`gate check`: run, compare, report."""

from pathlib import Path

import click

from gate.cli.foreign import ForeignCodeVerb
from gate.cli.options import (
    OutputPath,
    check_outputs,
    check_results,
    config_option,
    fresh_option,
    keep_results,
    notice,
    page_options,
    progress,
    report_options,
    suites_argument,
    working_tree,
)
from gate.cli.reporting import Files, behind, publish


@click.command("check", cls=ForeignCodeVerb)
@suites_argument
@config_option
@click.option(
    "--base",
    metavar="REF",
    help="Take policy and baseline from this commit (a branch, tag or sha) instead of the working tree.",
)
@click.option(
    "-o",
    "--output",
    type=OutputPath(allow_dash=True),
    help="Keep the results: a file, or a folder for several suites.",
)
@fresh_option
@report_options
@page_options
def command(  # noqa: PLR0913 - click hands a verb its options one by one
    suites: tuple[str, ...],
    config: Path,
    base: str | None,
    output: Path | None,
    *,
    base_results: tuple[Path, ...],
    fresh: bool,
    **files: Path | None,
) -> int:
    """Run the suites, compare with the baseline, report the verdict.

    Without names all suites of the config are checked.
    """
    from gate.flows.check import Against, check  # noqa: PLC0415 - help must not load the whole house
    from gate.place import Place  # noqa: PLC0415

    place = Place(
        tree=working_tree(config),
        config=config.name,
        progress=progress(),
        notice=notice,
        results=None if str(output) == "-" else output,
    )
    check_outputs(config, [output, *files.values()], read=base_results)
    check_results(place.tree, config, suites, output)
    against = None if base is None else Against(history=place.tree, ref=base)
    with check(place, only=suites, against=against, fresh=fresh) as checked:
        keep_results(checked.results, output)
        page = behind(lambda: checked, root=place.tree.root, base_results=base_results)
        return publish(checked.report, Files(**files), page=page, quiet=str(output) == "-")
