"""`gate explain`: what a verdict rests on; nothing is run."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.options import (
    CONFIG,
    base_option,
    baseline_option,
    check_outputs,
    config_option,
    document_option,
    json_option,
    screen,
    working_tree,
    write_document,
)
from gate.cli.output import show

if TYPE_CHECKING:
    from gate.flows.compare import Sides
    from gate.flows.report import Asked


@click.command("explain")
@click.argument("what", required=False, default="", metavar="[WHAT]")
@click.option(
    "--current",
    "results",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Required: the results file of `gate run -o` or `gate check -o`, or a folder of them; may be repeated.",
)
@base_option
@baseline_option
@config_option
@document_option("markdown", says="Write it also as GitHub-flavored markdown")
@json_option
def command(  # noqa: PLR0913, PLR0917 - click hands a verb its options one by one
    what: str,
    results: tuple[Path, ...],
    base: str | None,
    baseline: Path | None,
    config: Path,
    markdown_file: Path | None,
    json_file: Path | None,
) -> int:
    """Explain a verdict: where a drop is concentrated, which cases got worse, what they share, what changed.

    WHAT is the id of a case or the name of a metric, with `SUITE/` before it where several suites have it; without it,
    every metric that speaks against a pass is told. It explains, and decides nothing: the exit code is 0.
    """
    from gate.flows.why.explain import explain  # noqa: PLC0415 - help must not load the whole house
    from gate.render.blocks import as_markdown, as_terminal  # noqa: PLC0415
    from gate.render.data import json_text  # noqa: PLC0415
    from gate.render.explained import explained  # noqa: PLC0415

    if not results:
        raise click.UsageError("name the results with --current; `gate check -o results.json` keeps them.")
    if baseline is not None and (base is not None or len(results) != 1):
        raise click.UsageError("--baseline is for a single results file, and takes the place of --base")
    read = (*results, *([] if baseline is None else [baseline]))
    check_outputs(config, [markdown_file, json_file], read=read)
    told = explain(working_tree(config), _sides(results, baseline, config, base), what=what)
    blocks = explained(told)
    if markdown_file is not None:
        write_document(markdown_file, as_markdown(blocks))
    if json_file is not None:
        write_document(json_file, json_text(told))
    if "-" not in {str(markdown_file), str(json_file)}:
        width, color = screen()
        show(as_terminal(blocks, width=width, color=color), newline=False)
    return 0


def _sides(
    results: tuple[Path, ...], baseline: Path | None, config: Path, base: str | None
) -> "Sides | Asked":
    """What is held against what, as `gate compare` has it where a baseline is named, else as `gate report` has it."""
    from gate.flows.compare import Sides  # noqa: PLC0415 - help must not load the whole house
    from gate.flows.report import Asked  # noqa: PLC0415

    if baseline is None:
        return Asked(results=results, config=config.name, ref=base)
    named = None if config == Path(CONFIG) and not config.exists() else config.name
    return Sides(current=results[0], baseline=baseline, config=named)
