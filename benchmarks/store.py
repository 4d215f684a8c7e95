"""What the store saves, and how long and how large a run is: 1,000, 10,000 and (with --large) 100,000 cases.

    python -m benchmarks.store [--large]

Whole processes of `gate run -o` on a Python function that answers at once, one evaluator, everything operational recorded:
wall time and peak memory of the first run and of the same again, and how many calls each made. Then how many calls a
check makes after each kind of change, and how many draws a case gets where the second look is taken only when the first
cannot tell, against three for every case. Ends with 1 if a bound is missed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.worlds import World, pair_of
from gate.compare.decide import decide, wants_second_look
from gate.model.suite import Policy

PAIRS, SEED = 300, 20260726
AGAIN_S = 2.0  # for 1,000 cases that have not changed
SMALL = 1_000
KB_A_CASE = 4.0  # beyond 10,000 cases

APP = """
import os
from pathlib import Path

log = os.open(Path(__file__).parent / "asked.log", os.O_WRONLY | os.O_APPEND)

def answer(input):
    os.write(log, b"x")
    return f"{input} The answer is 42." + Path(__file__).with_name("PROMPT").read_text()
"""


@dataclass(frozen=True)
class Took:
    """What a process took."""

    wall_s: float
    peak_mb: float
    calls: int

    def __str__(self) -> str:
        return f"{self.wall_s:6.1f} s  {self.peak_mb:5.0f} MB  {self.calls:7,} calls"


@dataclass(frozen=True)
class Project:
    """Two suites of the same size, each with an application and a prompt of its own."""

    root: Path

    def write(self, cases: int, *, suites: int = 1, **changes: Any) -> None:
        """Write it; `changes` go over the config of every suite."""
        made = {}
        for name in "ab"[:suites]:
            (self.root / f"{name}.py").write_text(APP.replace("PROMPT", f"{name}.txt"))
            if not (self.root / f"{name}.txt").exists():
                (self.root / f"{name}.txt").write_text("Be brief.")
            made[name] = {
                "cases": "cases.jsonl",
                "target": {"use": "python", "with": {"function": f"{name}.py:answer"}},
                "evaluators": ["contains"],
                "depends_on": [f"{name}.py", f"{name}.txt"],
                "trials": 1,
                **changes,
            }
        (self.root / "gate.yaml").write_text(json.dumps({"version": 1, "suites": made}))
        self.write_cases(cases)

    def write_cases(self, count: int, *, first: Mapping[str, str] | None = None) -> None:
        """Write the cases; `first` goes over the first of them."""
        with (self.root / "cases.jsonl").open("w") as file:
            for number in range(count):
                case = {"id": f"case-{number:06}", "input": f"Why is {number} so? " * 8, "expected": "42"}
                print(json.dumps({**case, **(first or {} if number == 0 else {})}), file=file)

    def gate(self, *arguments: str) -> Took:
        """One process from start to end."""
        log = self.root / "asked.log"
        log.write_bytes(b"")
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "gate", *arguments],
            cwd=self.root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"gate {' '.join(arguments)} ended with {process.returncode}")
        calls = len(log.read_bytes())
        return Took(wall_s=wall_s, peak_mb=usage.ru_maxrss / 1024, calls=calls)


def sizes(counts: list[int]) -> int:
    """First and second run of so many cases; how many bounds were missed."""
    missed, peaks = 0, dict[int, float]()
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            project = Project(Path(name))
            project.write(count)
            first = project.gate("run", "-o", "0.json")
            # The shortest: what else the machine does is no part of it.
            times = 3 if count <= SMALL else 1
            again = min(
                (project.gate("run", "-o", "1.json") for _ in range(times)), key=lambda took: took.wall_s
            )
            same = (project.root / "0.json").read_bytes() == (project.root / "1.json").read_bytes()
        peaks[count] = max(first.peak_mb, again.peak_mb)
        print(f"{count:7,} cases   first {first}   again {again}", flush=True)
        missed += again.calls > 0 or not same or (count == SMALL and again.wall_s > AGAIN_S)
    small, large = (10_000, counts[-1]) if counts[-1] > 10_000 else (1_000, 10_000)
    kb = (peaks[large] - peaks[small]) * 1024 / (large - small)
    print(f"memory: {kb:.1f} KB a case from {small:,} to {large:,}, bound {KB_A_CASE:g}")
    return missed + (large > 10_000 and kb > KB_A_CASE)


def changes() -> int:
    """How many calls a run of two suites with 500 cases each makes after a change; how many are wrong."""
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        project = Project(Path(name))
        project.write(500, suites=2)
        steps: list[tuple[str, Any, int]] = [
            ("the first run of two suites, 500 cases each", lambda: None, 1000),
            ("nothing changed", lambda: None, 0),
            ("one prompt changed", lambda: (project.root / "b.txt").write_text("Be kind."), 500),
            ("one case changed, in both", lambda: project.write_cases(500, first={"input": "Why?"}), 2),
            (
                "an expected answer corrected",
                lambda: project.write_cases(500, first={"input": "Why?", "expected": "4"}),
                0,
            ),
            (
                "another evaluator",
                lambda: project.write(500, suites=2, evaluators=["contains", "exact_match"]),
                0,
            ),
        ]
        for label, change, calls in steps:
            change()
            took = project.gate("run")
            wrong += took.calls != calls
            print(f"{label:45} {took.calls:5,} calls of 1,000", flush=True)
    return wrong


def looks() -> None:
    """How many draws a case gets on a pull request, in the mean over made-up ones."""
    for label, world in (
        ("unchanged, 100 cases", World()),
        ("unchanged, 200 cases", World(cases=200)),
        ("10 points worse, 100 cases", World(drop=0.10)),
    ):
        taken = []
        for number in range(PAIRS):
            first, _ = pair_of(world, np.random.default_rng([SEED, number]))
            taken.append(3 if wants_second_look(decide([first], Policy(), look=1, looks=2)) else 1)
        mean = statistics.mean(taken)
        print(
            f"{label:30} {mean:.2f} draws a case instead of 3: {100 * (1 - mean / 3):.0f} % saved", flush=True
        )


def main() -> int:
    """Measure and print; 1 if a bound is missed."""
    parser = argparse.ArgumentParser(description="What the store saves, and how large a run is.")
    parser.add_argument("--large", action="store_true", help="100,000 cases as well, which takes minutes")
    counts = [SMALL, 10_000, *([100_000] if parser.parse_args().large else [])]
    missed = sizes(counts) + changes()
    looks()
    print("every bound holds" if not missed else f"{missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
