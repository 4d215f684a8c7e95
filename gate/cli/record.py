"""`gate record`: what the judges of a run said is kept, so that the same questions need no model again."""

from pathlib import Path

import click

from gate.cli.foreign import ForeignCodeVerb
from gate.cli.options import config_option, notice, progress, working_tree
from gate.cli.output import show


@click.command("record", cls=ForeignCodeVerb)
@click.argument("results", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@config_option
def command(results: Path, config: Path) -> int:
    """Keep the verdicts of a results file (`gate run -o FILE`) where gate.yaml says `recorded`; nothing is run.

    A verdict that is in the file already stays as it is: to have the judge asked again, remove its line first.
    """
    from gate.flows.record import record  # noqa: PLC0415 - help must not load the whole house
    from gate.place import Place  # noqa: PLC0415
    from gate.render.numbers import count, counted  # noqa: PLC0415

    place = Place(tree=working_tree(config), config=config.name, progress=progress(), notice=notice)
    for one in record(place, results):
        new = f"{count(one.added)} new" if one.added else "none new"
        show(f"{one.metric}: {counted(one.total, 'verdict')} in {one.path}, {new}")
    return 0
