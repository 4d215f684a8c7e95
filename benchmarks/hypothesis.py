"""A hypothesis on made-up cases: how often which answer is given, against the level of a look.

    python -m benchmarks.hypothesis [runs]

Each row is taken at 5, 10 and 30 cases, with the draws that are planned at ordinary noise. Ends with 1 where a wrong
answer is given more often than the level of a look, by more than four standard errors.
"""

import math
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gate.compare.hypothesis import ORDINARY_NOISE, Question, answered, draws_for_both, rules_of
from gate.model.score import Metric
from gate.model.scorecard import CaseScores, Scorecard
from gate.model.suite import Policy, SuitePolicy

SIZES = (5, 10, 30)
QUESTION = Question(suite="s", policy=Policy(), rules=SuitePolicy())
ANSWERS = ("confirmed", "not confirmed", "can't tell")
Chances = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True)
class Row:
    """Chances of the cases before and after; `wrong` is the answer that would be one."""

    name: str
    before: Callable[[int], Chances]
    after: Callable[[Chances], Chances]
    wrong: str = ""
    of: int = 1  # a score is the mean of so many zeros and ones
    failing: float = 0.0


def _all(chance: float) -> Callable[[int], Chances]:
    return lambda cases: np.full(cases, chance)


def _uneven(cases: int) -> Chances:
    """From 0.55 to 1, evenly: twice to three times as noisy as is planned for."""
    return np.linspace(0.55, 1.0, cases)


def _by(points: float) -> Callable[[Chances], Chances]:
    return lambda chances: np.asarray(chances - points)


def _one(chances: Chances) -> Chances:
    """The mean falls by 0.10 through the fewest cases that can bear it."""
    left, now = 0.1 * len(chances), chances.copy()
    for number in range(len(now)):
        taken = min(left, now[number])
        now[number], left = now[number] - taken, left - taken
    return now


def _swapped(chances: Chances) -> Chances:
    """As many cases get better as get worse, by 0.4."""
    now = chances.copy()
    pairs = len(now) // 2
    now[:pairs] += 0.4
    now[-pairs:] -= 0.4
    return now


def _same(chances: Chances) -> Chances:
    return chances


ROWS = (
    Row("unchanged, 0.95 each", _all(0.95), _same, "confirmed"),
    Row("unchanged, 0.55 … 1", _uneven, _same, "confirmed"),
    Row("unchanged, 0.6 each", _all(0.6), _same, "confirmed"),
    Row("unchanged, 0.55 … 1, graded", _uneven, _same, "confirmed", of=3),
    Row("unchanged, 0.55 … 1, 5 % of draws fail", _uneven, _same, "confirmed", failing=0.05),
    Row("as many better as worse", _all(0.55), _swapped, "confirmed"),
    Row("falls by 0.10, 0.95 → 0.85", _all(0.95), _by(0.10), "not confirmed"),
    Row("falls by 0.10, the fewest cases", _all(0.95), _one, "not confirmed"),
    Row("falls by 0.10, 0.6 → 0.5", _all(0.6), _by(0.10), "not confirmed"),
    Row("falls by 0.10, 0.55 … 1, graded", _uneven, _by(0.10), "not confirmed", of=3),
    Row("falls by 0.30, 0.95 → 0.65", _all(0.95), _by(0.30), "not confirmed"),
    Row("falls by 0.30, 0.55 … 1", _uneven, _by(0.30), "not confirmed"),
)


def planned(cases: int, metric: Metric) -> int:
    """The draws of a suite whose baseline shows ordinary noise."""
    (rule,) = rules_of({metric.name: metric}, QUESTION)
    draws = draws_for_both(
        rule, cases=cases, noise=ORDINARY_NOISE, level=QUESTION.level, power=QUESTION.policy.power
    )
    assert draws is not None  # noqa: S101 - a drop of 0.10 is found with fewer than are ever taken
    return draws


def card(
    row: Row, metric: Metric, chances: Sequence[float], draws: int, luck: np.random.Generator
) -> Scorecard:
    """One side."""
    cases = {}
    for number, chance in enumerate(chances):
        scores = luck.binomial(row.of, chance, size=draws) / row.of
        kept = tuple(map(float, scores[luck.random(draws) >= row.failing]))
        cases[f"c{number:02}"] = CaseScores(
            key="k", trials=draws, errors=draws - len(kept), scores={metric.name: kept}
        )
    return Scorecard(suite="s", metrics={metric.name: metric}, cases=cases)


def counted(row: Row, *, cases: int, runs: int) -> Counter[str]:
    """The answers of many runs."""
    binary = row.of == 1
    metric = Metric(
        name="m",
        kind="binary" if binary else "scale",
        fingerprint="f",
        **({} if binary else {"low": 0, "high": 1}),
    )
    before = row.before(cases)
    after, draws, found = row.after(before), planned(cases, metric), Counter[str]()
    for run in range(runs):
        luck = np.random.default_rng((run, cases))
        sides = [card(row, metric, list(side), draws, luck) for side in (before, after)]
        (told,) = answered(sides[0], sides[1], QUESTION)
        found[told.answer] += 1
    return found


def main() -> int:
    """Print all rows; 1 where one gives wrong answers too often."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    level, missed = QUESTION.level, 0
    most = level + 4 * math.sqrt(level * (1 - level) / runs)
    print(
        f"per cent of {runs} runs; a wrong answer at most in {100 * level:.2f}, measured ≤ {100 * most:.1f}"
    )
    print(f"| | cases | {' | '.join(ANSWERS)} |\n|---|---|---|---|---|")
    for row in ROWS:
        for cases in SIZES:
            found = counted(row, cases=cases, runs=runs)
            shares = [found[answer] / runs for answer in ANSWERS]
            missed += found[row.wrong] / runs > most
            print(
                f"| {row.name} | {cases} | {' | '.join(f'{100 * each:.1f}' for each in shares)} |", flush=True
            )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
