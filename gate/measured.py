"""A folder or a commit → what was measured of the instruments of its suites, each beside its baseline."""

from collections.abc import Callable
from pathlib import PurePosixPath

from gate.model.calibration import Calibration
from gate.model.case import Place
from gate.model.errors import Problem, UserError
from gate.model.files import load_calibration
from gate.model.suite import PolicySheet


def calibration_path(baseline: str) -> str:
    """Where the calibration of a suite lies: beside its baseline."""
    path = PurePosixPath(baseline)
    return str(path.with_name(f"{path.stem}.calibration{path.suffix}"))


def calibration_in(
    path: str, read: Callable[[str], str | None], *, suite: str, at: str = ""
) -> Calibration | None:
    """The calibration of a suite that `read` finds there, if there is one; `at` says of which commit it is.

    Raises:
        UserError: what lies there is none, or that of another suite.
    """
    text = read(path)
    if text is None:
        return None
    found = load_calibration(text, f"{path}{at}")
    if found.suite != suite:
        message = f"this is the calibration of the suite {found.suite!r}, not of {suite!r}"
        fix = "restore the file from git, or take it away and measure anew with `gate calibrate`"
        raise UserError(Problem(message=message, place=Place(file=f"{path}{at}"), fix=fix))
    return found


def calibrations_of(
    sheet: PolicySheet, read: Callable[[str], str | None], *, at: str = ""
) -> tuple[dict[str, Calibration], dict[str, Problem]]:
    """By suite what was measured of its instruments, and why that cannot be read."""
    found: dict[str, Calibration] = {}
    unread: dict[str, Problem] = {}
    for suite, path in sheet.baselines.items():
        try:
            calibration = calibration_in(calibration_path(path), read, suite=suite, at=at)
        except UserError as error:
            unread[suite] = error.problems[0]
            continue
        if calibration is not None:
            found[suite] = calibration
    return found, unread
