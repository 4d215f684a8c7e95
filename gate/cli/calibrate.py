"""`gate calibrate`: how far the instruments of a suite can be trusted."""

from pathlib import Path
from typing import Any

import click

from gate.cli.foreign import ForeignCodeVerb
from gate.cli.options import config_option, notice, progress, screen, working_tree
from gate.cli.output import show
from gate.model.quantity import counted


@click.group("calibrate")
def command() -> None:
    """Measure how far the instruments of a suite can be trusted.

    The result is written beside the baseline (`<suite>.calibration.json`): commit it.
    """


@command.command("judge", cls=ForeignCodeVerb, short_help="Compare a judge with people's labels.")
@click.argument("suite")
@click.option(
    "--labels",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="People's labels: a file written by `gate label`.",
)
@click.option("--metric", required=True, help="The judge's metric; labels of others are left out.")
@click.option(
    "--repeats",
    type=click.IntRange(min=1, max=20),
    default=2,
    show_default=True,
    help="How often the judge is asked about each response, to see whether it agrees with itself.",
)
@click.option("--pass-from", type=float, help="For a scale: the lowest score that counts as a pass.")
@config_option
def judge(suite: str, metric: str, repeats: int, config: Path, **given: Any) -> int:
    """Compare a judge with people's labels: TPR, TNR, kappa, self-agreement, length bias, planted responses."""
    from gate.flows.calibrate import calibrate_judge  # noqa: PLC0415 - help must not load the whole house
    from gate.flows.labeled import Labeled  # noqa: PLC0415
    from gate.place import Place  # noqa: PLC0415
    from gate.render.calibration import judge_text  # noqa: PLC0415

    place = Place(tree=working_tree(config), config=config.name, progress=progress(), notice=notice)
    labeled = Labeled(path=given["labels"], metric=metric, pass_from=given["pass_from"])
    measured = calibrate_judge(place, suite, labeled, repeats=repeats)
    show(judge_text(measured.worth, width=screen()[0]), newline=False)
    if measured.left_out:
        were = counted(
            measured.left_out, "label was left out: its case is", "labels were left out: their cases are"
        )
        notice(f"{were} asked otherwise today, or no more")
    show(f"Written to {measured.path}; commit it.")
    return 0


@command.command(
    "noise", cls=ForeignCodeVerb, short_help="Measure how runs of the unchanged application differ."
)
@click.argument("suite")
@click.option(
    "--runs",
    type=click.IntRange(min=0, max=100),
    default=5,
    show_default=True,
    help="How many separate runs of the unchanged application are taken now.",
)
@click.option(
    "--results",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Results of an earlier run of the same commit (`gate run -o`), best from another day; may be repeated.",
)
@config_option
def noise(suite: str, runs: int, results: tuple[Path, ...], config: Path) -> int:
    """Run the unchanged application several times: how its runs differ, and what the suite can find with that noise."""
    from gate.flows.calibrate import calibrate_noise  # noqa: PLC0415 - help must not load the whole house
    from gate.place import Place  # noqa: PLC0415
    from gate.render.calibration import noise_text  # noqa: PLC0415
    from gate.render.power import power_text  # noqa: PLC0415

    place = Place(tree=working_tree(config), config=config.name, progress=progress(), notice=notice)
    measured = calibrate_noise(place, suite, runs=runs, results=results)
    width = screen()[0]
    show(noise_text(measured.noise, width=width))
    show(power_text(measured.power, width=width))
    show(f"Written to {measured.path}; commit it.")
    return 0
