"""Options that several verbs share, and the place that they describe."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from gate.cli.output import show
from gate.host.local import WorkingTree, write_text
from gate.model.errors import Problem, UserError
from gate.model.files import dump_results
from gate.model.ports import Progress
from gate.model.run import RunResult

CONFIG = "gate.yaml"
_PLAIN_WIDTH = 80

config_option = click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path(CONFIG),
    show_default=True,
    help="The config file; its folder is the root against which every path is read.",
)
suites_argument = click.argument("suites", nargs=-1, metavar="[SUITE]...")


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--markdown`, `--json`, `--junit`: where to write the report besides the terminal."""
    for name, what in (
        ("junit", "a JUnit XML file"),
        ("json", "a JSON file (its schema: `gate schema report`)"),
        ("markdown", "GitHub-flavored markdown, as in the comment on a pull request"),
    ):
        command = click.option(
            f"--{name}",
            f"{name}_file",
            type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
            help=f"Write the report also as {what}; `-` is standard output.",
        )(command)
    return command


def working_tree(config: Path) -> WorkingTree:
    """The folder that the config file stands in."""
    return WorkingTree(root=config.parent.resolve())


def notice(text: str) -> None:
    """One line for the person, on stderr: standard output belongs to the report."""
    click.echo(text, err=True)


def progress() -> Progress:
    """A bar with an estimate on a terminal, quiet lines elsewhere."""
    from gate.cli.progress import Bar, Lines  # noqa: PLC0415 - only a run needs it

    return Bar() if sys.stderr.isatty() else Lines()


def screen() -> tuple[int, bool]:
    """(width in columns, whether to color) of standard output; what is piped is 80 wide and plain."""
    if not sys.stdout.isatty():
        return _PLAIN_WIDTH, False
    return shutil.get_terminal_size((_PLAIN_WIDTH, 24)).columns, not os.environ.get("NO_COLOR")


def write_document(path: Path, text: str) -> None:
    """Write a text to a file, or to standard output for `-`."""
    if str(path) == "-":
        show(text, newline=False)
    else:
        write_text(path, text)


def keep_results(results: Mapping[str, RunResult], output: Path | None) -> None:
    """Write the results of each suite where `-o` says: to the file itself, or to `<suite>.json` in a folder.

    Raises:
        UserError: one file for several suites, or it cannot be written.
    """
    if output is None:
        return
    folder = output.is_dir() or str(output).endswith("/")
    if len(results) > 1 and not folder:
        raise UserError(
            Problem(
                message="several suites cannot share one results file",
                value=f"-o {output}",
                fix=f"name a folder that exists (`mkdir {output.stem}`, `-o {output.stem}`), or one suite",
            )
        )
    for suite, result in results.items():
        write_document(output / f"{suite}.json" if folder else output, dump_results(result))
