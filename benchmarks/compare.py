"""How long it takes to compare a large run with its baseline, and how much memory.

    python -m benchmarks.compare [CASES ...]

One process a size reads a results file (one draw, five metrics of which four are gated) and a baseline (five draws)
from disk and decides. Prints seconds for each step and the peak of the process's memory, against what must hold:
10,000 cases x 4 metrics in 2 s, 100,000 x 4 in 15 s and 1 GB, from the first byte read to the verdict.
"""

import argparse
import itertools
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from gate.compare.decide import decide
from gate.compare.tally import tally
from gate.model.case import Case
from gate.model.files import dump_baseline, dump_results, load_baseline, load_results
from gate.model.reply import Reply
from gate.model.run import RunResult, Trial
from gate.model.score import Metric, Score
from gate.model.scorecard import Comparison
from gate.model.suite import Gate, Policy, SuitePolicy

LIMITS = {10_000: (2.0, None), 100_000: (15.0, 1.0)}
METRICS = {
    "correct": Metric(name="correct", kind="binary"),
    "grounded": Metric(name="grounded", kind="binary"),
    "rating": Metric(name="rating", kind="scale", low=0, high=1),
    "latency_s": Metric(
        name="latency_s", kind="measure", better="lower", unit="s", log=True, operational=True
    ),
}
POLICY = SuitePolicy(gates={"latency_s": Gate()}, slices=("area",))


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


def write(cases: int, folder: Path) -> None:
    """Put the two files on disk."""
    baseline = tally(make_run(cases, draws=5, seed=1), keep=POLICY.gates)
    (folder / "baseline.json").write_text(dump_baseline(baseline), encoding="utf-8")
    (folder / "results.json").write_text(dump_results(make_run(cases, draws=1, seed=2)), encoding="utf-8")


def measure(folder: Path) -> None:
    """Read, count, decide, and print what each step took."""
    marks = [("start", time.perf_counter())]

    def mark(name: str) -> None:
        marks.append((name, time.perf_counter()))

    baseline = load_baseline((folder / "baseline.json").read_text(encoding="utf-8"), "baseline.json")
    mark("load baseline")
    result = load_results((folder / "results.json").read_text(encoding="utf-8"), "results.json")
    mark("load results")
    head = tally(result, keep=POLICY.gates)
    mark("tally")
    verdict = decide([Comparison(suite="bench", head=head, baseline=baseline, policy=POLICY)], Policy())
    mark("decide")
    for (_, before), (name, after) in itertools.pairwise(marks):
        print(f"{name} {after - before:.3f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"total {marks[-1][1] - marks[0][1]:.3f}\npeak {peak:.3f}\nkind {verdict.kind}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each size in a process of its own; 1 if one takes longer or more than it may."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("cases", type=int, nargs="*", default=[*LIMITS])
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.folder:
        measure(options.folder)
        return 0
    broken = 0
    for cases in options.cases:
        seconds, memory = LIMITS.get(cases, (None, None))
        with tempfile.TemporaryDirectory() as folder:
            write(cases, Path(folder))
            command = [sys.executable, "-m", "benchmarks.compare", "--folder", folder]
            lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        seen = dict(line.rsplit(" ", 1) for line in lines)
        steps = " · ".join(f"{step} {seen[step]} s" for step in seen if step not in {"total", "peak", "kind"})
        print(
            f"{cases} cases x {len(METRICS)} metrics: {seen['total']} s, {seen['peak']} GB ({seen['kind']})"
        )
        print(f"    {steps}")
        slow = seconds is not None and float(seen["total"]) > seconds
        large = memory is not None and float(seen["peak"]) > memory
        if slow or large:
            print(f"    BROKEN: must be below {seconds} s" + (f" and {memory} GB" if memory else ""))
        broken += slow or large
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
