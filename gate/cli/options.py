"""Options that several verbs share, and the place that they describe."""

import os
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from gate.cli.output import say, show, standard
from gate.host.local import WorkingTree, write_lines, write_text
from gate.model.errors import Problem, UserError
from gate.model.files import results_lines
from gate.model.progress import Progress
from gate.model.run import RunResult

CONFIG = "gate.yaml"
BASELINE_MARK = b'"gate_baseline"'
_RESULTS_MARK = b'"gate_results"'
_PLAIN_WIDTH = 80

config_option = click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path(CONFIG),
    show_default=True,
    help="The config file; its folder is the root against which every path is read.",
)
fresh_option = click.option(
    "--fresh",
    is_flag=True,
    help="Use no draw of an earlier run: for a nightly run, or when something changed that gate cannot see. Do not repeat "
    "a check with it until it passes: the stated error rates hold for one try.",
)
_FROM = "Take policy and baselines from this commit (a branch, tag or sha) instead of the working tree."
base_option = click.option("--base", metavar="REF", help=_FROM)
baseline_option = click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Compare a single results file with this baseline file, as `gate compare` does.",
)
suites_argument = click.argument("suites", nargs=-1, metavar="[SUITE]...")


class OutputPath(click.Path):
    """A path to write to. Absolute at once, since foreign code may change the folder before it is written."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """`-`, or an absolute path."""
        if not str(value):
            self.fail("it is empty.", param, ctx)
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        try:
            return path if str(path) == "-" else path.absolute()
        except OSError:
            self.fail("the current folder was removed.", param, ctx)


def document_option(name: str, *, says: str) -> Callable[..., Any]:
    """`--NAME`, given to the verb as `NAME_file`: where to write a document."""
    return click.option(
        f"--{name}",
        f"{name}_file",
        type=OutputPath(dir_okay=False, allow_dash=True),
        help=f"{says}; `-` is standard output.",
    )


json_option = document_option("json", says="Write it also as a JSON file")


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--markdown`, `--json`, `--junit`: where to write the report besides the terminal."""
    for name, what in (
        ("junit", "a JUnit XML file"),
        ("json", "a JSON file (its schema: `gate schema report`)"),
        ("markdown", "GitHub-flavored markdown, as in the comment on a pull request"),
    ):
        command = document_option(name, says=f"Write the report also as {what}")(command)
    return command


def page_options(command: Callable[..., int]) -> Callable[..., int]:
    """`--html` and `--base-results`: the report as a page, and what the base answered."""

    @wraps(command)
    def checked(**given: Any) -> int:
        if given["base_results"] and given["html_file"] is None:
            raise click.UsageError("--base-results is shown on the page: name its file with --html")
        return command(**given)

    beside = click.option(
        "--base-results",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        help="For --html: a results file of the base (one for each suite), to show its answers beside the head's.",
    )(checked)
    return click.option(
        "--html",
        "html_file",
        type=OutputPath(dir_okay=False, allow_dash=True),
        help="Write the report also as one HTML file, with every case in it; it needs no network.",
    )(beside)


def working_tree(config: Path) -> WorkingTree:
    """The folder that the config file stands in.

    Raises:
        UserError: the current folder was removed.
    """
    try:
        return WorkingTree(root=config.parent.resolve())
    except OSError as error:
        message = f"the folder of {config} cannot be found: {error.strerror}"
        raise UserError(Problem(message=message, fix="change into a folder that exists")) from None


def notice(text: str) -> None:
    """One line for the person, on stderr: standard output belongs to the report."""
    say(text)


def progress() -> Progress:
    """A bar with an estimate on a terminal, quiet lines elsewhere."""
    from gate.cli.progress import Bar, Lines  # noqa: PLC0415 - only a run needs it

    stream = standard("stderr")
    return Bar(stream) if stream is not None and stream.isatty() else Lines()


def screen() -> tuple[int, bool]:
    """(width in columns, whether to color) of standard output; what is piped is 80 wide and plain."""
    stream = standard("stdout")
    if stream is None or not stream.isatty():
        return _PLAIN_WIDTH, False
    return shutil.get_terminal_size((_PLAIN_WIDTH, 24)).columns, not os.environ.get("NO_COLOR")


def write_document(path: Path, text: str) -> None:
    """Write a text to a file, or to standard output for `-`."""
    if str(path) == "-":
        show(text, newline=False)
    else:
        write_text(path, text)


def write_long(path: Path, lines: Iterable[str]) -> None:
    """Write what is too long to be held to a file, or to standard output for `-`."""
    if str(path) != "-":
        write_lines(path, lines)
        return
    for line in lines:
        show(line, newline=False)


def check_outputs(config: Path, outputs: Iterable[Path | None], *, read: Iterable[Path] = ()) -> None:
    """Refuse, before anything is paid, documents that would overwrite one another or what is read.

    That is the config, all files that it names, and those in `read`. A results file may take the place of another one.

    Raises:
        UserError: with all of them.
    """
    wanted = [path for path in outputs if path is not None]
    cases, named = _files_of(config) if any(path.is_file() for path in wanted) else ((), ())
    sources = {*map(_place, (config, *read)), *cases}
    found, seen = [], set[str]()
    for path in wanted:
        where = "-" if str(path) == "-" else _place(path)
        begin = _beginning(path) if path.is_file() else b""
        fix = "name a file of its own for each"
        if where in seen:
            found.append(Problem(message="another document goes there too", value=str(path), fix=fix))
        elif BASELINE_MARK in begin:
            fix = "name another file; a baseline is written by `gate accept`"
            found.append(Problem(message="this is a baseline", value=str(path), fix=fix))
        elif where in sources or (path.is_file() and where in named and _RESULTS_MARK not in begin):
            message = "this file is read: nothing may be written over it"
            found.append(Problem(message=message, value=str(path), fix=fix))
        seen.add(where)
    if found:
        raise UserError(*found)


def _place(path: Path) -> str:
    """Where a file really lies, however it is written and whatever links lead there."""
    return os.path.realpath(path)


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(100)


def _files_of(config: Path) -> tuple[Collection[str], Collection[str]]:
    """Where its case files lie, and the other files that it names; of a config that is not there, or wrong, others tell."""
    from gate.config.dependencies import named_files  # noqa: PLC0415 - help must not load the whole house
    from gate.config.suites import case_files  # noqa: PLC0415
    from gate.ready import read_config  # noqa: PLC0415

    tree = WorkingTree(root=config.absolute().parent)
    try:
        read = read_config(tree, config.name)
    except UserError:
        return (), ()
    cases, named = case_files(read, root=tree.root), named_files(read)
    return [_place(tree.root / name) for name in cases], [_place(tree.root / name) for name in named]


def check_results(tree: WorkingTree, config: Path, suites: Sequence[str], output: Path | None) -> None:
    """Refuse, before anything is paid, one results file for several suites. Without `suites` those of the config.

    Raises:
        UserError: as said, or something in the config is wrong.
    """
    from gate.ready import read_config  # noqa: PLC0415 - help must not load the whole house

    if output is not None:
        _check_room(output, len(suites or read_config(tree, config.name).shape.suites))


def _check_room(output: Path, suites: int) -> None:
    if suites > 1 and not output.is_dir():
        raise UserError(
            Problem(
                message="several suites cannot share one results file",
                value=f"-o {output}",
                fix=f"name a folder that exists (`mkdir {output.stem}`, `-o {output.stem}`), or one suite",
            )
        )


def keep_results(results: Mapping[str, RunResult], output: Path | None) -> None:
    """Write the results of each suite where `-o` says: to the file itself, or to `<suite>.json` in a folder.

    Raises:
        UserError: one file for several suites, or it cannot be written.
    """
    if output is None:
        return
    _check_room(output, len(results))
    folder = output.is_dir()
    for suite, result in results.items():
        write_long(output / f"{suite}.json" if folder else output, results_lines(result))
