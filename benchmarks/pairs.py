"""What the benchmarks of made-up pairs of runs have in common: which rows are asked for, and the seeds of their pairs."""

import argparse
from collections.abc import Sequence
from typing import Protocol, TypeVar


class Named(Protocol):
    """A row of a table."""

    @property
    def name(self) -> str:
        """What the row is about."""
        ...


R = TypeVar("R", bound=Named)


def asked(
    rows: Sequence[R], *, pairs: int, says: str | None, arguments: Sequence[str] | None
) -> tuple[list[R], int]:
    """The rows that the command line asks for, and the pairs of each; `says` is the text of the program."""
    parser = argparse.ArgumentParser(description=says.splitlines()[0] if says else None)
    parser.add_argument("--pairs", type=int, default=pairs, help="pairs of runs a row")
    parser.add_argument("--only", default="", help="only rows whose name holds this word")
    options = parser.parse_args(arguments)
    return [row for row in rows if options.only in row.name], options.pairs


def chunks(*row: int, pairs: int, size: int) -> list[list[list[int]]]:
    """The seeds of a row's pairs, each the numbers of the row and its own, in lists of so many."""
    seeds = [[*row, pair] for pair in range(pairs)]
    return [seeds[start : start + size] for start in range(0, pairs, size)]
