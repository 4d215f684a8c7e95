"""`gate compare`: a results file against a baseline; nothing is run."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.options import CONFIG, check_outputs, page_options, report_options, working_tree
from gate.cli.reporting import Files, behind, publish

if TYPE_CHECKING:
    from gate.flows.check import Checked

_LARGEST_THRESHOLD = 1e100


def _threshold(_ctx: click.Context, _param: click.Parameter, value: float | None) -> float | None:
    if value is not None and not value <= _LARGEST_THRESHOLD:  # also what is no number
        raise click.BadParameter(f"{value:g} is no drop that could be allowed.")
    return value


@click.command("compare")
@click.option(
    "--current", required=True, type=click.Path(path_type=Path), help="The results file of `gate run -o`."
)
@click.option("--baseline", required=True, type=click.Path(path_type=Path), help="The baseline file.")
@click.option(
    "--threshold",
    type=click.FloatRange(min=0),
    callback=_threshold,
    help="The largest drop allowed in any metric, absolute; it replaces every max_drop of the config.",
)
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"The config whose policy applies. Default: {CONFIG} here, or else the built-in policy.",
)
@report_options
@page_options
def command(
    current: Path,
    baseline: Path,
    threshold: float | None,
    config: Path | None,
    base_results: tuple[Path, ...],
    **files: Path | None,
) -> int:
    """Compare a results file with a baseline; nothing is run."""
    from gate.flows.compare import Sides, compare  # noqa: PLC0415 - help must not load the whole house

    tree = working_tree(config or Path(CONFIG))
    check_outputs(config or Path(CONFIG), files.values(), read=(current, baseline, *base_results))
    sides = Sides(
        current=current, baseline=baseline, config=config.name if config else None, max_drop=threshold
    )

    def checked() -> "Checked":
        from gate.flows.report import compared  # noqa: PLC0415 - who wants no page has no need of all texts

        return compared(tree, sides)

    page = behind(checked, root=tree.root, base_results=base_results)
    return publish(compare(tree, sides), Files(**files), page=page)
