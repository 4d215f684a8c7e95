"""The built image and the engine that runs it, and files that would take the place of ours."""

import os
import subprocess
from pathlib import Path

from tests.walks.project import Ended

ENGINE, IMAGE = os.environ.get("GATE_ENGINE", "docker"), os.environ["GATE_IMAGE"]
WORKSPACE = "/github/workspace"
# Of a workspace: a user that is not root, as the container is.
OWNER = os.getuid() or 12345

SHADOW = "import sys\nprint('SHADOW' + 'ED', __file__)\nsys.exit(0)\n"
_NAMES = ("json", "anthropic", "click", "sitecustomize", "usercustomize", "gate/__init__", "yaml/__init__")
SHADOWS = {f"{name}.py": SHADOW for name in _NAMES}


def contain(root: Path, *arguments: str, options: tuple[str, ...] = (), image: str = IMAGE) -> Ended:
    """Run the image as GitHub does: the workspace mounted, and the working directory."""
    mount = ("--volume", f"{root}:{WORKSPACE}", "--workdir", WORKSPACE)
    command = [ENGINE, "run", "--rm", *mount, *options, image, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return Ended(done.returncode, done.stdout, done.stderr)


def give(root: Path, *, owner: int = OWNER) -> None:
    """Let a folder and everything in it belong to somebody. Who is not root can give nothing away, and owns it already."""
    for path in [root, *root.rglob("*")]:
        if os.getuid() == 0:
            os.chown(path, owner, owner)


def owners(root: Path) -> set[int]:
    """Whose files are in a folder."""
    return {path.stat().st_uid for path in root.rglob("*")}
