"""`gate merge`: the results of all shards become one file."""

from pathlib import Path

import click

from gate.cli.options import OutputPath, keep_results
from gate.cli.output import say

_FAILED = 4


@click.command("merge")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE..."
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=OutputPath(allow_dash=True),
    help="Where to write the merged results: a file, or a folder for several suites.",
)
def command(files: tuple[Path, ...], output: Path) -> int:
    """Merge the results files of all shards of `gate run --shard`; nothing is run.

    The file is the same, byte for byte, however many shards there were. Ends with 4 where a shard was stopped.
    """
    from gate.flows.merge import merge  # noqa: PLC0415 - help must not load the whole house

    results = merge(files)
    keep_results(results, output)
    halts = [(suite, result.stopped.message) for suite, result in results.items() if result.stopped]
    for suite, message in halts:
        say(f"{suite}: {message}")
    return _FAILED if halts else 0
