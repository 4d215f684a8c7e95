"""`gate run --hypothesis`: its options, and what comes of it → the terminal, files, and the exit code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gate.cli.options import document_option, keep_results, screen, write_document
from gate.cli.output import show

if TYPE_CHECKING:
    from gate.place import Place

_OPTIONS = (
    click.option(
        "--cases",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Run the cases of this file instead of the suite's own.",
    ),
    click.option(
        "--hypothesis",
        is_flag=True,
        help="Ask base and head the cases of --cases, and say whether the head is worse on them, and how surely. "
        "Takes as many draws as it needs, and says first how many.",
    ),
    click.option(
        "--base",
        default="",
        metavar="REF",
        help="For --hypothesis: the base commit. Default: main, or the default branch of origin.",
    ),
    click.option(
        "--metric", default="", help="For --hypothesis: the metric it is about. Default: all that block."
    ),
    click.option(
        "--drop",
        type=click.FloatRange(min=0, min_open=True),
        help="For --hypothesis: the drop to look for, in the metric's unit. Default: the larger of `must_catch` and "
        "`slice_drop`.",
    ),
    click.option(
        "--max-cost",
        type=click.FloatRange(min=0, min_open=True),
        metavar="USD",
        help="For --hypothesis: the most that both sides together may cost, in US dollars. The suite's own budget holds too.",
    ),
    document_option("json", says="For --hypothesis: write its result as JSON"),
)


@dataclass(frozen=True, kw_only=True)
class Suspected:
    """The values of these options."""

    cases: Path | None
    hypothesis: bool
    base: str
    metric: str
    drop: float | None
    max_cost: float | None
    json_file: Path | None


def hypothesis_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--cases`, `--hypothesis`, and what is for the latter alone."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def check_suspected(suspected: Suspected, *, others: bool) -> None:
    """Refuse what does not go together; `others` says that there is --rescore, --shard or --fresh besides."""
    its_own = (suspected.base, suspected.metric, suspected.drop, suspected.max_cost, suspected.json_file)
    if not suspected.hypothesis and any(value not in {"", None} for value in its_own):
        raise click.UsageError(
            "--base, --metric, --drop, --max-cost and --json are for --hypothesis: add it."
        )
    if suspected.hypothesis and suspected.cases is None:
        raise click.UsageError("--hypothesis is about the cases of a file: name it with --cases FILE.")
    if suspected.hypothesis and others:
        raise click.UsageError(
            "--hypothesis takes draws of its own: leave out --rescore, --shard and --fresh."
        )


def tell_hypothesis(
    place: "Place", suspected: Suspected, *, suites: Sequence[str], draws: int | None, output: Path | None
) -> int:
    """Take the draws of both sides and show what they say; the exit code."""
    from gate.flows.chosen import chosen_cases, suite_of  # noqa: PLC0415 - help must not load the whole house
    from gate.flows.why.hypothesis import Suspicion, hypothesized  # noqa: PLC0415
    from gate.render.data import json_text  # noqa: PLC0415
    from gate.render.hypothesis import hypothesis_text  # noqa: PLC0415

    if output is not None and not output.is_dir():
        raise click.UsageError(
            f"-o {output}: both sides are kept, each in a file: name a folder that exists."
        )
    assert suspected.cases is not None  # noqa: S101 - `check_suspected` saw to it
    suspicion = Suspicion(
        suite=suite_of(place, suites),
        cases=chosen_cases(place, suspected.cases),
        base=suspected.base,
        metric=suspected.metric,
        drop=suspected.drop,
        draws=draws,
        max_cost_usd=suspected.max_cost,
    )
    with hypothesized(place, suspicion) as found:
        keep_results(found.results, output)
        if str(suspected.json_file) != "-":
            width, color = screen()
            show(hypothesis_text(found.hypothesis, width=width, color=color), newline=False)
        if suspected.json_file is not None:
            write_document(suspected.json_file, json_text(found.hypothesis))
    return found.hypothesis.exit_code
