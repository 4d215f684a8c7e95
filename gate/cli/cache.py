"""`gate cache`: what is kept of earlier runs, and less of it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from gate.cli.options import CONFIG, OutputPath, check_outputs, config_option, working_tree, write_long
from gate.cli.output import say, show
from gate.model.quantity import counted

_BROKEN = 4
_YOUNG_DAYS = 1.0
_SECONDS = {"h": 3600.0, "d": 86_400.0, "w": 7 * 86_400.0}
_BYTES = {"KB": 10**3, "MB": 10**6, "GB": 10**9}


class Amount(click.ParamType[float]):
    """A number with a unit, such as `30d` → the number in the smallest unit."""

    def __init__(self, name: str, units: Mapping[str, float]) -> None:
        self.name, self._units = name, units

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """`30d` is 30 days, `200MB` 200 megabytes."""
        found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) *([A-Za-z]+)", str(value))
        if found is None or found[2] not in self._units:
            known = ", ".join(self._units)
            self.fail(f"{value!r} is no {self.name}: a number and one of {known}.", param, ctx)
        unit: float = self._units[found[2]]
        return float(found[1]) * unit


@click.group("cache")
def command() -> None:
    """What is kept of earlier runs in .gate/, so that nothing is paid twice.

    A trial is used again only if its question, the number of its draw, and all that its target depends on are the same.
    """


@command.command("stats")
@config_option
def stats(config: Path) -> int:
    """How much is kept of each suite, and how old it is."""
    from gate.flows.cache import diary, store  # noqa: PLC0415 - help must not load the whole house
    from gate.render.escape import terminal  # noqa: PLC0415

    with store(working_tree(config), notice=say) as shelves:
        rows = shelves.stats()
        show(f"{shelves.path}: {_size(shelves.size)}, {counted(sum(row.trials for row in rows), 'trial')}")
        for row in rows:
            age = _age(row.newest_days, row.oldest_days)
            show(f"  {terminal(row.suite)}: {counted(row.trials, 'trial')}, {_size(row.bytes)}, {age}")
    searches = diary(working_tree(config))
    kept = searches.stats()
    if kept.steps:
        age = _age(kept.newest_days, kept.oldest_days)
        show(f"{searches.path}: {_size(kept.bytes)}, {counted(kept.steps, 'step')} of bisections, {age}")
    return 0


@command.command("verify", short_help="Read every trial and compare it with its digest.")
@config_option
def verify(config: Path) -> int:
    """Read every trial and compare it with its digest. The exit code is 4 if one is not what was written.

    A run asks for such a trial again; `gate cache prune` removes it.
    """
    from gate.flows.cache import store  # noqa: PLC0415 - help must not load the whole house

    with store(working_tree(config), notice=say) as shelves:
        found = shelves.verify()
    whole = f"{found.rows - found.broken:,} of {counted(found.rows, 'trial is as it was', 'trials are as they were')}"
    show(f"{shelves.path}: {whole} written")
    return _BROKEN if found.broken or found.note else 0


@command.command("prune", short_help="Remove old trials and steps of bisections.")
@config_option
@click.option(
    "--older-than",
    type=Amount("age", _SECONDS),
    metavar="AGE",
    help="Remove what no run has used for this long: 12h, 30d, 8w.",
)
@click.option(
    "--keep-size",
    type=Amount("size", _BYTES),
    metavar="SIZE",
    help="Then remove what was unused the longest, until the rest is no larger than this: 500KB, 200MB, 1GB.",
)
def prune(config: Path, older_than: float | None, keep_size: float | None) -> int:
    """Remove old trials and steps of bisections. What belongs to an unfinished run stays."""
    from gate.flows.cache import diary, store  # noqa: PLC0415 - help must not load the whole house

    if older_than is None and keep_size is None:
        raise click.UsageError("say what to remove: --older-than 30d, or --keep-size 200MB, or both.")
    keep_bytes = None if keep_size is None else int(keep_size)
    with store(working_tree(config), notice=say) as shelves:
        removed = shelves.prune(older_than_s=older_than, keep_bytes=keep_bytes)
        taken = shelves.size
        show(f"{shelves.path}: {counted(removed, 'trial')} removed, {_size(taken)} left")
    searches = diary(working_tree(config))
    # The size holds for both together: trials can be scored anew, what a step came to is only a short cut.
    rest = None if keep_bytes is None else max(0, keep_bytes - taken)
    if steps := searches.prune(older_than_s=older_than, keep_bytes=rest):
        show(
            f"{searches.path}: {counted(steps, 'step')} of bisections removed, {_size(searches.stats().bytes)} left"
        )
    return 0


@command.command("export", short_help="Write every trial as a line of JSON, without credentials.")
@config_option
@click.option(
    "-o", "--output", required=True, type=OutputPath(dir_okay=False, allow_dash=True), help="The file."
)
def export(config: Path, output: Path) -> int:
    """Write every trial as a line of JSON: what was asked, answered and scored, without credentials."""
    from gate.flows.cache import store  # noqa: PLC0415 - help must not load the whole house

    check_outputs(config if config.exists() else Path(CONFIG), [output])
    with store(working_tree(config), notice=say) as shelves:
        write_long(output, shelves.export())
    return 0


def _age(newest_days: float, oldest_days: float) -> str:
    if oldest_days < _YOUNG_DAYS:
        return "less than a day old"
    return f"{newest_days:.1f} to {oldest_days:.1f} days old"


def _size(count: float) -> str:
    for unit, size in reversed(_BYTES.items()):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count:.0f} bytes"
