"""Every figure that the docs quote, one benchmark after the other: `python -m benchmarks`."""

import subprocess
import sys

NAMES = (
    "startup",
    "throughput",
    "store",
    "compare",
    "simulation",
    "segments",
    "hypothesis",
    "bisection",
    "history",
    "page",
    "image",
)


def main() -> int:
    """Run all; 1 if any of them missed a bound."""
    missed = []
    for name in NAMES:
        print(f"\n== {name} ==", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            missed.append(name)
    print(f"\nmissed: {', '.join(missed)}" if missed else "\nevery bound holds")
    return 1 if missed else 0


sys.exit(main())
