"""The search for segments on made-up pairs of runs: how often it names what is not there, and finds what is.

    python -m benchmarks.segments [--pairs N] [--only WORD]

Every metric of every pair is searched, whether it dropped or not: the harder way to keep the rate. Cases carry tags at
random, independent of each other. A planted slice is the conjunction t0=v0 and t1=v0, which holds for exactly a share
of the cases while each of the two tags holds for many more. Prints one line a row and ends with 1 if a bound is broken.
"""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from scipy.special import ndtr

from benchmarks.pairs import asked, chunks
from benchmarks.worlds import MEAN, VARIANCE
from gate.compare.exam import examine
from gate.compare.segments import Aim, search
from gate.model.score import Metric
from gate.model.scorecard import CaseScores, Comparison, Scorecard
from gate.model.segment import Segment
from gate.model.suite import Policy, SuitePolicy

SEED = 20_251_124
PAIRS = 2_000
RATE = 5.0  # per cent of comparisons that may name a segment where there is none
_CHUNK = 25
_SHARE = VARIANCE / (MEAN * (1 - MEAN))
_WEIGHT = _SHARE / (1 - _SHARE)
_PLANTED = {"t0=v0", "t1=v0"}


@dataclass(frozen=True)
class World:
    """What the suite is like, and what happened between its two sides.

    draws:
        of the baseline and of the head.
    drop, how:
        how far every case falls, wherever it is: `breaks` each case with one chance, `fades` each by the same share,
        `sinks` each by the same points.
    planted, left:
        the share of the cases in the planted slice, and what is left of their chance of success.
    noisy:
        the cases of one tag are coins, all others are sure.
    graded:
        scores are the chance with normal noise of 0.15, cut at 0 and 1.
    clusters:
        cases come in so many, with tags in common; within one the luck of a draw goes together (correlation 0.7).
    shared:
        the standard deviation of the luck that all cases of a run share, in a graded metric.
    """

    cases: int = 400
    draws: tuple[int, int] = (5, 1)
    tags: int = 4
    values: int = 4
    metrics: int = 1
    drop: float = 0.0
    how: Literal["breaks", "fades", "sinks"] = "breaks"
    planted: float = 0.0
    left: float = 0.0
    noisy: bool = False
    graded: bool = False
    clusters: int = 0
    shared: float = 0.0


@dataclass(frozen=True)
class Row:
    """A world, and how often `names` anything may be or `finds` the planted slice must be (in per cent)."""

    name: str
    world: World
    measure: Literal["names", "finds"] = "names"
    must: float = RATE

    def holds(self, share: float, *, slack: float = 0.0) -> bool:
        """Whether a measured share is good enough."""
        return share <= self.must + slack if self.measure == "names" else share >= self.must - slack


ROWS = (
    Row("unchanged", World()),
    Row("unchanged, 5+3 draws", World(draws=(5, 3))),
    Row("unchanged, 1+1 draws", World(draws=(1, 1))),
    Row("unchanged, n = 100", World(cases=100)),
    Row("unchanged, 10 tags", World(tags=10)),
    Row("unchanged, 4 metrics", World(metrics=4)),
    Row("unchanged, graded", World(graded=True)),
    Row("unchanged, graded, runs share their luck", World(graded=True, shared=0.05)),
    Row("unchanged, one tag is noisy", World(noisy=True)),
    Row("unchanged, 80 clusters with tags in common", World(clusters=80)),
    Row("10 points everywhere, breaks", World(drop=0.10)),
    Row("10 points everywhere, fades", World(drop=0.10, how="fades")),
    Row("10 points everywhere, 10 tags", World(drop=0.10, tags=10)),
    Row("30 points everywhere, breaks", World(drop=0.30)),
    Row("20 points everywhere, one tag is noisy", World(noisy=True, draws=(5, 3), drop=0.20, how="sinks")),
    Row("planted 5 %, n = 400, 5+1 draws", World(planted=0.05), "finds", 95),
    Row("planted 5 %, n = 400, 10 tags", World(planted=0.05, tags=10), "finds", 95),
    Row("planted 5 %, n = 400, 1+1 draws", World(planted=0.05, draws=(1, 1)), "finds", 95),
    Row("planted 5 %, n = 200, 5+1 draws", World(planted=0.05, cases=200), "finds", 95),
    Row("planted 5 % that halves, n = 400, 5+3", World(planted=0.05, left=0.5, draws=(5, 3)), "finds", 95),
    Row("planted 5 % that halves, n = 400, 5+1", World(planted=0.05, left=0.5), "finds", 60),
    Row("planted 5 %, n = 400, graded", World(planted=0.05, graded=True), "finds", 95),
    Row("planted 5 % in 10 points everywhere", World(planted=0.05, drop=0.10), "finds", 95),
)


def pair_of(world: World, random: np.random.Generator) -> Comparison:
    """A baseline and a head with the same cases."""
    groups = np.arange(world.cases) % (world.clusters or world.cases)
    values = random.integers(0, world.values, size=(world.cases, world.tags))[groups]
    inside = np.arange(world.cases) < round(world.planted * world.cases)
    if world.planted:
        both = (values[:, 0] == 0) & (values[:, 1] == 0) & ~inside
        values[both, 1] = random.integers(1, world.values, size=both.sum())
        values[inside, :2] = 0
    chances = random.beta(MEAN * _WEIGHT, (1 - MEAN) * _WEIGHT, size=(world.cases, world.metrics))
    if world.noisy:
        chances = np.where(values[:, 2:3] == 0, 0.5, 1.0) * np.ones_like(chances)
    now = chances.copy()
    if world.how == "breaks":
        now[random.random(world.cases) < world.drop / MEAN] = 0.0
    elif world.how == "fades":
        now *= 1 - world.drop / MEAN
    else:
        now = np.maximum(now - world.drop, 0.0)
    now[inside] *= world.left
    tags = [{f"t{j}": f"v{value}" for j, value in enumerate(row)} for row in values.tolist()]
    if world.clusters:
        tags = [{**own, "talk": f"c{group}"} for own, group in zip(tags, groups.tolist(), strict=True)]
    before, after = (
        _card(world, _draws(world, truth, count, random), tags)
        for truth, count in zip((chances, now), world.draws, strict=True)
    )
    policy = SuitePolicy(cluster="talk" if world.clusters else None)
    return Comparison(suite="suite", head=after, baseline=before, policy=policy)


def _draws(world: World, truth: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """Cases x metrics x draws."""
    shape = (world.cases, world.metrics, count)
    if world.graded:
        shared = random.normal(0, world.shared) if world.shared else 0.0
        scores: np.ndarray = np.clip(truth[:, :, None] + random.normal(0, 0.15, size=shape) + shared, 0, 1)
        return scores
    if not world.clusters:
        hits: np.ndarray = (random.random(size=shape) < truth[:, :, None]).astype(float)
        return hits
    common = random.normal(size=(world.clusters, *shape[1:]))[np.arange(world.cases) % world.clusters]
    luck = ndtr(np.sqrt(0.7) * common + np.sqrt(0.3) * random.normal(size=shape))
    together: np.ndarray = (luck < truth[:, :, None]).astype(float)
    return together


def _card(world: World, draws: np.ndarray, tags: Sequence[dict[str, str]]) -> Scorecard:
    metric = {"kind": "scale", "low": 0, "high": 1} if world.graded else {"kind": "binary"}
    names = [f"m{place}" for place in range(world.metrics)]
    cases = {
        f"c{i:05}": CaseScores(
            key="k",
            trials=draws.shape[2],
            tags=own,
            scores={name: tuple(values) for name, values in zip(names, scores, strict=True)},
        )
        for i, (own, scores) in enumerate(zip(tags, draws.round(4).tolist(), strict=True))
    }
    return Scorecard(
        suite="suite", metrics={name: Metric(name=name, **metric) for name in names}, cases=cases
    )


def found_in(comparison: Comparison) -> tuple[Segment, ...]:
    """The segments of all metrics."""
    exam = examine(comparison, policy=Policy(), level=Policy().alpha)
    aim = Aim(level=Policy().alpha, judged=len(exam.contests), fewest=Policy().slice_min_cases)
    return search(comparison, exam.contests, aim=aim).segments


def simulate(world: World, seeds: Sequence[Sequence[int]]) -> Counter[str]:
    """Search one pair a seed; how often anything was named, and the planted slice was, alone."""
    told: Counter[str] = Counter()
    for seed in seeds:
        segments = found_in(pair_of(world, np.random.default_rng(seed)))
        named = [{str(term) for term in segment.terms} for segment in segments]
        told += Counter(names=bool(named), finds=_PLANTED in named, alone=named == [_PLANTED])
    return told


def shares(row: Row, *, pairs: int, run: Callable[..., object] = map) -> dict[str, float]:
    """Per cent of pairs by measure; `run` maps a function over chunks of seeds."""
    seeds = chunks(SEED, ROWS.index(row), pairs=pairs, size=_CHUNK)
    told: Counter[str] = Counter()
    for some in run(partial(simulate, row.world), seeds):  # type: ignore[attr-defined]
        told += some
    return {measure: 100 * told[measure] / pairs for measure in ("names", "finds", "alone")}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 if a bound is broken."""
    rows, pairs = asked(ROWS, pairs=PAIRS, says=__doc__, arguments=arguments)
    print(f"{pairs} pairs a row, seed {SEED}; per cent of pairs", flush=True)
    broken = 0
    with ProcessPoolExecutor() as pool:
        for row in rows:
            told = shares(row, pairs=pairs, run=pool.map)
            kept = row.holds(told[row.measure])
            broken += not kept
            alone = f" (nothing else: {told['alone']:.1f})" if row.measure == "finds" else ""
            sign = "≥" if row.measure == "finds" else "≤"
            print(
                f"{row.name:44} {row.measure:6} {told[row.measure]:5.1f}  {sign} {row.must:g}{alone}{'' if kept else '  BROKEN'}",
                flush=True,
            )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
