"""How large the image is above its base, and how long `gate --version` takes in it beyond a bare start of Python.

    GATE_IMAGE=gate:dev GATE_ENGINE=docker python -m benchmarks.image

The size is what all files of the image hold, uncompressed, less those of the base (PYTHON_IMAGE, or what the Dockerfile
names). Starts are timed inside one running container, so that the engine's own start is not in them; medians. Without
an engine or an image it says so and measures nothing. Ends with 1 if a bound is missed.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

ROUNDS = 21
LARGEST_MB, SLOWEST_S = 150, 0.5
DOCKERFILE = Path(__file__).parents[1] / "Dockerfile"

# Runs inside the container: the median of each command's wall time, alternating.
STARTS = """
import json, statistics, subprocess, sys, time
commands = {"python": ["/usr/local/bin/python", "-c", "pass"], "gate": ["/opt/gate/bin/gate", "--version"]}
taken = {name: [] for name in commands}
for _ in range(int(sys.argv[1])):
    for name, command in commands.items():
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken[name].append(time.perf_counter() - start)
print(json.dumps(taken))
"""


def inside(engine: str, image: str, *command: str) -> str:
    """What a command printed in a new container."""
    program, *arguments = command
    run = [engine, "run", "--rm", "--entrypoint", program, image, *arguments]
    return subprocess.run(run, check=True, capture_output=True, text=True).stdout


def size_mb(engine: str, image: str) -> float:
    """All files of an image, in units of 10⁶ bytes."""
    total = inside(engine, image, "du", "--summarize", "--bytes", "--one-file-system", "/")
    return int(total.split()[0]) / 1e6


def starts_s(engine: str, image: str) -> dict[str, list[float]]:
    """The times of each command."""
    taken: dict[str, list[float]] = json.loads(
        inside(engine, image, "/usr/local/bin/python", "-c", STARTS, str(ROUNDS))
    )
    return taken


def base_image() -> str:
    """The image that ours is built on."""
    default = re.search(r"^ARG PYTHON_IMAGE=(\S+)$", DOCKERFILE.read_text(), re.MULTILINE)
    return os.environ.get("PYTHON_IMAGE") or (default[1] if default else "")


def main() -> int:
    """Measure, print, compare with the bounds."""
    engine, image = os.environ.get("GATE_ENGINE", "docker"), os.environ.get("GATE_IMAGE")
    if image is None or shutil.which(engine) is None:
        print(
            "NOT measured: `make image-test` builds the image where an engine (docker, podman) is to be had"
        )
        return 0
    whole, base = size_mb(engine, image), size_mb(engine, base_image())
    times = starts_s(engine, image)
    bare, ours = (statistics.median(times[name]) for name in ("python", "gate"))
    rows = [
        ("size above the base", whole - base, LARGEST_MB, f"MB  ({whole:.1f} less {base:.1f})"),
        ("gate --version above python -c pass", ours - bare, SLOWEST_S, f"s  ({ours:.3f} less {bare:.3f})"),
    ]
    for label, value, bound, note in rows:
        print(f"{label:36} {value:8.3f}  bound {bound:g}  {'ok' if value <= bound else 'MISSED'}  {note}")
    return int(any(value > bound for _, value, bound, _ in rows))


if __name__ == "__main__":
    sys.exit(main())
