"""`gate init`: the files of a first suite."""

from pathlib import Path

import click

from gate.cli.options import notice
from gate.cli.output import show
from gate.host.local import write_text


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
def command(folder: Path) -> int:
    """Write gate.yaml, a first suite, its cases, and the lines that git needs, into FOLDER (default: here).

    Asks nothing, and overwrites nothing.
    """
    from gate.config.scaffold import scaffold  # noqa: PLC0415 - help must not load the whole house

    starter = scaffold(folder)
    for document in starter.documents:
        changed = write_text(folder / document.name, document.text)
        show(f"  {'wrote' if changed else 'kept'}  {document.name}")
    for note in starter.notes:
        notice(f"note: {note}")
    steps = ("gate validate", "gate accept", "git add -A && git commit", "gate check")
    show("\nNext:  " + "  →  ".join(steps))
    return 0
