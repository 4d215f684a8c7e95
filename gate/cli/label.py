"""`gate label`: a person labels responses one by one as pass or fail."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from gate.cli.options import screen
from gate.cli.output import say, show

if TYPE_CHECKING:
    from gate.flows.label import Desk

_KEYS: dict[str, Literal["pass", "fail", "unknown"]] = {"p": "pass", "f": "fail", "u": "unknown"}
_ASK = "[p]ass  [f]ail  [u]nknown  [s]kip  [b]ack  [q]uit: "


@click.command("label")
@click.argument("results", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--metric", required=True, help="The metric that the labels are for: the name of a judge.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The label file; an existing one is continued. Default: labels/METRIC.jsonl.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="Seed of the order in which the responses are shown.",
)
def command(results: Path, metric: str, output: Path | None, seed: int) -> int:
    """Label the responses of a results file, one by one, for `gate calibrate judge`.

    Neither scores nor verdicts are shown. Every decision is saved at once: quit at any time, and go on later.
    """
    from gate.flows.label import Desk  # noqa: PLC0415 - help must not load the whole house

    file = output or Path("labels") / f"{metric.replace('/', '_')}.jsonl"
    desk = Desk(results, metric=metric, output=file, seed=seed)
    skipped = _label(desk)
    left = len(desk.waiting)
    show(f"{desk.done} labeled, {left} left{f', {skipped} of them skipped' if skipped else ''}: {file}")
    return 0


def _label(desk: "Desk") -> int:
    """Ask until there is nothing left or the person quits; how many responses were skipped."""
    from gate.render.labeling import labeling_text  # noqa: PLC0415

    skipped = set[tuple[str, int]]()
    while waiting := [one for one in desk.waiting if (one.case.id, one.index) not in skipped]:
        response = waiting[0]
        total = desk.done + len(desk.waiting)
        show(f"\n--- {desk.done + 1} of {total} · {desk.metric} ---\n")
        show(labeling_text(response.case, response.reply, width=screen()[0]), newline=False)
        key = _key()
        if key in _KEYS:
            desk.decide(response, _KEYS[key])
        elif key == "s":
            skipped.add((response.case.id, response.index))
        elif key == "b":
            if not desk.undo():
                say("There is nothing to take back.")
        elif key in {"q", ""}:
            break
        else:
            say("Press one of p, f, u, s, b, q.")
    return len(skipped)


def _key() -> str:
    """One key of a terminal, or the first letter of a line where the input is piped; empty at its end."""
    show(_ASK, newline=False)
    if sys.stdin is not None and sys.stdin.isatty():
        key = _pressed()
    else:
        line = sys.stdin.readline() if sys.stdin is not None else ""
        key = line and (line.strip()[:1] or " ")
    show(key if key.isprintable() else "")
    return key.lower()


def _pressed() -> str:
    """One key; empty for the end of the input (Ctrl-D)."""
    try:
        return click.getchar()
    except EOFError:
        return ""
