"""`gate report`: a report on results that are there already; nothing is run."""

from pathlib import Path

import click

from gate.cli.options import (
    CONFIG,
    base_option,
    baseline_option,
    check_outputs,
    config_option,
    page_options,
    report_options,
    working_tree,
)
from gate.cli.reporting import Files, behind, publish


@click.command("report")
@click.argument("results", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RESULTS...")
@config_option
@base_option
@baseline_option
@report_options
@page_options
def command(
    results: tuple[Path, ...],
    config: Path,
    base: str | None,
    baseline: Path | None,
    base_results: tuple[Path, ...],
    **files: Path | None,
) -> int:
    """Report on results files of `gate run -o` or `gate check -o`; nothing is run.

    RESULTS are files, or folders of them. They are judged by the policy and the baselines of the config. With --html FILE
    the report is a page for the browser, with every case in it.
    """
    from gate.flows.compare import Sides  # noqa: PLC0415 - help must not load the whole house
    from gate.flows.report import Asked, compared, report  # noqa: PLC0415

    if baseline is not None and (base is not None or len(results) != 1):
        raise click.UsageError("--baseline is for a single results file, and takes the place of --base")
    tree = working_tree(config)
    read = (*results, *base_results, *(() if baseline is None else (baseline,)))
    check_outputs(config, files.values(), read=read)
    if baseline is None:
        checked = report(tree, Asked(results=results, config=config.name, ref=base))
    else:
        named = None if config == Path(CONFIG) and not config.exists() else config.name
        checked = compared(tree, Sides(current=results[0], baseline=baseline, config=named))
    page = behind(lambda: checked, root=tree.root, base_results=base_results)
    return publish(checked.report, Files(**files), page=page)
