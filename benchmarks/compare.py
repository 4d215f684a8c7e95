"""How long `gate compare` takes on a large run, and how much memory.

    python -m benchmarks.compare [CASES ...]

For each size a results file (one draw, five metrics of which four are gated, twenty slices) and a baseline (five
draws) are written; then the command itself is run, as a person would: it starts, reads both files, decides and shows
the report. Must hold: 10,000 cases x 4 metrics in 2 s, 100,000 x 4 in 15 s and 1 GB.

The seconds of the processor stand beside those of the clock: where the machine is busy, they tell what it would take
on one that is not, since the command runs on one core and waits for nothing but the disk.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from gate.compare.tally import tally
from gate.model.case import Case
from gate.model.files import dump_baseline, dump_results
from gate.model.reply import Reply
from gate.model.run import RunResult, Trial
from gate.model.score import Metric, Score

LIMITS = {10_000: (2.0, None), 100_000: (15.0, 1.0)}
GATED = 4  # and error_rate, which nobody has to ask for
CONFIG = """\
version: 1
suites:
  bench:
    cases: cases.jsonl
    target: {use: python, with: {function: "app.py:answer"}}
    evaluators: [contains]
    gates: {latency_s: {}}
    slices: [area]
"""
METRICS = {
    "correct": Metric(name="correct", kind="binary"),
    "grounded": Metric(name="grounded", kind="binary"),
    "rating": Metric(name="rating", kind="scale", low=0, high=1),
    "latency_s": Metric(
        name="latency_s", kind="measure", better="lower", unit="s", log=True, operational=True
    ),
}


def make_run(cases: int, *, draws: int, seed: int) -> RunResult:
    """A run whose metrics are noisy, with a little text to each case and each reply."""
    random = Random(seed)
    chances = Random(0)
    asked, trials = [], []
    for number in range(cases):
        case_id, chance = f"case-{number:06}", chances.betavariate(0.425, 0.075)
        asked.append(
            Case(id=case_id, input="a question of ordinary length" * 3, tags={"area": f"a{number % 20}"})
        )
        for index in range(draws):
            values = {
                "correct": float(random.random() < chance),
                "grounded": float(random.random() < chance),
                "rating": round(random.betavariate(8, 2), 3),
                "latency_s": random.lognormvariate(-1, 0.5),
            }
            reply = Reply(output="an answer of ordinary length " * 5, latency_s=values["latency_s"])
            scores = tuple(Score(metric=name, value=value) for name, value in values.items())
            trials.append(Trial(case_id=case_id, index=index, reply=reply, scores=scores))
    return RunResult(
        suite="bench",
        cases=tuple(asked),
        draws=draws,
        metrics=METRICS,
        target={"spec": "1"},
        trials=tuple(trials),
    )


@dataclass(frozen=True)
class Taken:
    """What one command took: seconds of the clock and of the processor, and its peak of memory."""

    wall_s: float
    cpu_s: float
    peak_gb: float
    exit_code: int


def write(cases: int, folder: Path) -> None:
    """Put the config and the two files on disk."""
    baseline = tally(make_run(cases, draws=5, seed=1), keep=("latency_s",))
    (folder / "gate.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "baseline.json").write_text(dump_baseline(baseline), encoding="utf-8")
    (folder / "results.json").write_text(dump_results(make_run(cases, draws=1, seed=2)), encoding="utf-8")


def measure(folder: Path) -> Taken:
    """Run the command; it starts out of this small process, whose memory is not counted as its own."""
    command = [
        sys.executable,
        "-m",
        "gate",
        "compare",
        "--current",
        "results.json",
        "--baseline",
        "baseline.json",
    ]
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return Taken(
        wall_s=time.perf_counter() - start,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_gb=usage.ru_maxrss / 1e6,
        exit_code=child.returncode,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each size; 1 if one takes longer or more than it may."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("cases", type=int, nargs="*", default=[*LIMITS])
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.write:
        write(options.cases[0], options.write)
        return 0
    broken = 0
    for cases in options.cases:
        seconds, memory = LIMITS.get(cases, (None, None))
        with tempfile.TemporaryDirectory() as folder:
            writer = [sys.executable, "-m", "benchmarks.compare", str(cases), "--write", folder]
            subprocess.run(writer, check=True)
            taken = measure(Path(folder))
        print(
            f"{cases} cases x {GATED} metrics: {taken.wall_s:.2f} s ({taken.cpu_s:.2f} s of the processor), "
            f"{taken.peak_gb:.2f} GB, exit code {taken.exit_code}",
            flush=True,
        )
        slow = seconds is not None and taken.wall_s > seconds
        large = memory is not None and taken.peak_gb > memory
        failed = taken.exit_code not in {0, 1}
        if slow or large or failed:
            print(f"    BROKEN: must be below {seconds} s" + (f" and {memory} GB" if memory else ""))
        broken += slow or large or failed
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
