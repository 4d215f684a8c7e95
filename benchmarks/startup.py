"""How long a person waits for the command line: `gate --help`, and `gate compare` on 200 cases.

    python -m benchmarks.startup

Whole processes, wall time, medians; a bare `python -c pass` beside them in the same rounds. Ends with 1 if a bound is
missed.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gate.model.case import Case
from gate.model.files import dump_baseline, dump_results
from gate.model.reply import Reply
from gate.model.run import RunResult, Trial
from gate.model.score import Metric, Score
from gate.model.scorecard import CaseScores, Scorecard

ROUNDS = 11
CASES = 200


def files(folder: Path) -> None:
    """A results file and a baseline of 200 cases."""
    metric = Metric(name="accuracy", kind="binary", fingerprint="f")
    cases = tuple(Case(id=f"case-{number:03}", input="q", expected="a") for number in range(CASES))
    trials = tuple(
        Trial(
            case_id=case.id,
            index=0,
            reply=Reply(output="a", latency_s=0.1),
            scores=(Score(metric="accuracy", value=float(number % 10 > 0)),),
        )
        for number, case in enumerate(cases)
    )
    result = RunResult(
        suite="s", cases=cases, draws=1, metrics={"accuracy": metric}, target={"spec": "t"}, trials=trials
    )
    card = Scorecard(
        suite="s",
        metrics={"accuracy": metric},
        target={"spec": "t"},
        cases={
            case.id: CaseScores(key=case.key, trials=5, scores={"accuracy": (float(number % 10 > 0),) * 5})
            for number, case in enumerate(cases)
        },
    )
    (folder / "results.json").write_text(dump_results(result))
    (folder / "baseline.json").write_text(dump_baseline(card))


def wall_s(arguments: list[str], cwd: Path) -> float:
    """One process from start to end, in seconds."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-P", *arguments], cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> int:
    """Measure in turns, print the medians."""
    compare = ["-m", "gate", "compare", "--current", "results.json", "--baseline", "baseline.json"]
    commands = {
        "python -c pass": (["-c", "pass"], None),
        "gate --help": (["-m", "gate", "--help"], 0.25),
        "gate compare (200 cases)": (compare, 0.5),
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files(folder)
        for _ in range(ROUNDS):
            for label, (arguments, _) in commands.items():
                taken[label].append(wall_s(arguments, folder))
    missed = 0
    for label, (_, bound) in commands.items():
        median = statistics.median(taken[label])
        verdict = "" if bound is None else f"  bound {bound:.2f} s  {'ok' if median <= bound else 'MISSED'}"
        missed += bound is not None and median > bound
        print(f"{label:26} {median:.3f} s  ({min(taken[label]):.3f} … {max(taken[label]):.3f}){verdict}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
