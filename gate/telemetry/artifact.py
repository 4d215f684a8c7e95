"""What a run in a process apart left in `.gate/traces` → texts for the report's folder, which a workflow uploads.

The application's code could write there too, so that nothing of it is trusted: no link is followed, nothing but plain
files is opened, no more than a bound is read, and only whole lines of telemetry are taken.
"""

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from gate.telemetry.folder import EVENTS, METRICS
from gate.telemetry.reading import FILE, FOLDER

MOST_BYTES = 20_000_000  # of one file: what stands beyond it is in the job's own folder
_BEGINNINGS = (b'{"resourceSpans":', b'{"resourceLogs":', b'{"resourceMetrics":')


def runs_of(root: Path) -> frozenset[str]:
    """The names of the runs that are there."""
    with suppress(OSError):
        return frozenset(path.name for path in (root / FOLDER).iterdir())
    return frozenset()


def left_by(root: Path, *, before: Collection[str]) -> dict[str, str]:
    """The files of the newest run that was not there before, as `traces/<file>`; none where there is no such run."""
    new = sorted(runs_of(root) - set(before), reverse=True)
    if not new:
        return {}
    folder = root / FOLDER / new[0]
    texts = {f"traces/{name}": _read(folder / name) for name in (FILE, EVENTS, METRICS)}
    return {name: text for name, text in texts.items() if text}


def _read(path: Path) -> str:
    if any(each.is_symlink() for each in (path.parent, path.parent.parent, path.parent.parent.parent)):
        return ""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return ""
    with os.fdopen(handle, "rb") as file:
        return b"".join(_lines(file.read(MOST_BYTES))).decode("ascii", "replace")


def _lines(content: bytes) -> Iterator[bytes]:
    for line in content.splitlines(keepends=True):
        if line.endswith(b"}\n") and line.startswith(_BEGINNINGS):
            yield line
