"""Arguments → what git said: the repository is the one that the folder lies in, whatever a hook or the user set."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

USUAL_S = 60
# A git hook sets these; the repository that counts is the one that the folder lies in.
_OF_ANOTHER_REPOSITORY = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE"}
    | {"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"}
)

NO_GIT = "there is no git on this machine"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What git printed, and its complaint; `well` where it did what it was asked."""

    well: bool
    out: bytes = b""
    err: str = ""


def own_environment() -> dict[str, str]:
    """The environment of this process without what would lead git to another repository than the one around a folder."""
    return {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_REPOSITORY}


def git(folder: Path, *arguments: str, limit_s: float = USUAL_S) -> Said:
    """Ask git. Where there is none, or it takes too long, it did not do what it was asked."""
    command = ["git", "-c", "safe.directory=*", "-c", "core.quotepath=off", "-C", str(folder), *arguments]
    environment = {**own_environment(), "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, no shell; refs come after --end-of-options
            command, capture_output=True, check=False, timeout=limit_s, env=environment
        )
    except FileNotFoundError:
        return Said(well=False, err=NO_GIT)
    except subprocess.TimeoutExpired:
        return Said(well=False, err=f"git took more than {limit_s:g} seconds")
    return Said(well=done.returncode == 0, out=done.stdout, err=done.stderr.decode(errors="replace").strip())
