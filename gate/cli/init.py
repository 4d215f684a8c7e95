"""`gate init`: the files of a first suite, and the workflows that gate a repository on GitHub."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.options import CONFIG, notice
from gate.cli.output import show
from gate.host.local import read_text, write_text

if TYPE_CHECKING:
    from gate.model.report import Document

_PROTECT = (
    "whoever may edit these files decides what is judged: give `.github/`, gate.yaml and `baselines/` owners in "
    "CODEOWNERS, and require the status `gate` in the rules of your branch"
)


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option(
    "--github",
    is_flag=True,
    help="Write the workflows for GitHub as well; where there is a gate.yaml, only them.",
)
def command(folder: Path, *, github: bool) -> int:
    """Write gate.yaml, a first suite, its cases, and the lines that git needs, into FOLDER (default: here).

    Asks nothing, and overwrites nothing.
    """
    only_github = github and (folder / CONFIG).exists()
    if not only_github:
        _write_suite(folder)
    if github:
        _write_workflows(folder)
    if _repository(folder.resolve()) is None:
        notice(
            "note: this folder is in no git repository; baselines are made to be committed: run `git init` first"
        )
    steps = ("gate validate", "gate accept", "git add -A && git commit", "gate check")
    show("\nNext:  " + "  →  ".join((*steps[:3], "git push") if github else steps))
    return 0


def _write_suite(folder: Path) -> None:
    from gate.config.scaffold import scaffold  # noqa: PLC0415 - help must not load the whole house

    starter = scaffold(folder)
    for document in starter.documents:
        changed = write_text(folder / document.name, document.text)
        show(f"  {'wrote' if changed else 'kept'}  {document.name}")
    for note in starter.notes:
        notice(f"note: {note}")


def _write_workflows(folder: Path) -> None:
    """Into the repository that the folder lies in; a workflow that is there stays as it is."""
    from importlib.metadata import version  # noqa: PLC0415 - only this option needs it

    from gate.config.workflow import workflows  # noqa: PLC0415 - help must not load the whole house

    here = folder.resolve()
    root = _repository(here) or here
    config = (here / CONFIG).relative_to(root).as_posix()
    documents = list(workflows(config=config, version=version("llm-regression-gate")))
    _write_new(root, documents)
    notice(f"note: {_PROTECT}")


def _repository(here: Path) -> Path | None:
    """The root of the repository that a folder lies in."""
    return next((each for each in (here, *here.parents) if (each / ".git").exists()), None)


def _write_new(root: Path, documents: Sequence["Document"]) -> None:
    for document in documents:
        there = read_text(root / document.name)
        if there is None:
            write_text(root / document.name, document.text)
        show(f"  {'wrote' if there is None else 'kept'}  {document.name}")
        if there not in {None, document.text}:
            notice(f"note: {document.name} differs from what would have been written, and was left as it is")
