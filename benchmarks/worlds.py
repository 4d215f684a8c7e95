"""World + seed → two sides of a suite: made-up applications whose truth is known.

The scores of a case are zeros and ones with a chance of its own, drawn from a Beta law of mean 0.85 whose cases are
mostly sure of themselves: the mean variance of a draw within its case is 0.0425, a flip rate of 8.5 %.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr

from gate.model.score import Metric
from gate.model.scorecard import CaseScores, Comparison, Scorecard
from gate.model.suite import Gate, SuitePolicy

MEAN, VARIANCE = 0.85, 0.0425
_SHARE = VARIANCE / (MEAN * (1 - MEAN))
_WEIGHT = _SHARE / (1 - _SHARE)


@dataclass(frozen=True)
class World:
    """What the suite is like, and what happened between its two sides.

    drop:
        how many points the mean of every metric falls over this suite.
    how:
        `breaks` some cases for good and `fades` each a little, both by exactly so many points; `scatters` breaks each
        case with one chance, so that only the expected fall is known and the true one differs from pair to pair.
    alike:
        whether the metrics of a case come from one and the same luck.
    graded:
        scores are the mean of three zeros and ones instead of one.
    latency:
        the metric is a time with this spread of its logarithm; `slower` is the head's share more.
    clusters, within:
        cases come in so many clusters, and this is the correlation of the luck within one.
    failing:
        the share of trials that fail, on both sides.
    added:
        the share of cases that only the head has.
    slices:
        cases are split into so many; `collapse` breaks the first of them in the head.
    floor:
        a floor for each metric, so many points below its true mean.
    """

    cases: int = 100
    stored: int = 5
    fresh: tuple[int, int] = (1, 3)
    metrics: int = 1
    alike: bool = False
    drop: float = 0.0
    how: Literal["breaks", "fades", "scatters"] = "breaks"
    graded: bool = False
    latency: float = 0.0
    slower: float = 0.0
    clusters: int = 0
    within: float = 0.5
    failing: float = 0.0
    added: float = 0.0
    slices: int = 0
    collapse: bool = False
    floor: float | None = None


def pair_of(world: World, random: np.random.Generator) -> Iterator[Comparison]:
    """The comparison at the first look, then at the second one; both see the same baseline and the same draws."""
    chances = random.beta(MEAN * _WEIGHT, (1 - MEAN) * _WEIGHT, size=(world.cases, world.metrics))
    speeds = random.normal(0.0, 0.5, size=(world.cases, world.metrics))
    now = _dropped(world, chances, random)
    if world.collapse:
        now[np.arange(world.cases) % world.slices == 0] = 0.0
    slowed = speeds + np.log1p(world.slower)
    before = _draws(world, chances if not world.latency else speeds, world.stored, random)
    after = _draws(world, now if not world.latency else slowed, max(world.fresh), random)
    failed_before = random.random((world.cases, world.stored)) < world.failing
    failed_after = random.random((world.cases, max(world.fresh))) < world.failing
    new = random.random(world.cases) < world.added
    baseline = _card(world, before, failed_before, skip=new)
    policy = _policy(world, chances)
    for draws in world.fresh:
        head = _card(world, after[:, :, :draws], failed_after[:, :draws], skip=np.zeros(world.cases, bool))
        yield Comparison(suite="suite", head=head, baseline=baseline, policy=policy)


def _dropped(world: World, chances: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The head's chances."""
    lost = world.drop * world.cases
    if world.how == "scatters":
        kept: np.ndarray = chances * (random.random(size=(world.cases, 1)) >= world.drop / MEAN)
        return kept
    if world.how == "fades":
        faded: np.ndarray = chances * (1 - lost / chances.sum(axis=0))
        return faded
    order = random.permutation(world.cases)
    before = np.cumsum(chances[order], axis=0) - chances[order]
    now = chances.copy()
    now[order] -= np.clip(lost - before, 0.0, chances[order])
    return now


def _draws(world: World, truth: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """Cases x metrics x draws."""
    shape = (world.cases, 1 if world.alike else world.metrics, count)
    if world.latency:
        times: np.ndarray = np.exp(truth[:, :, None] + random.normal(0.0, world.latency, size=shape))
        return times
    rounds = 3 if world.graded else 1
    hits = [_luck(world, shape, random) < truth[:, :, None] for _ in range(rounds)]
    share: np.ndarray = np.mean(hits, axis=0)
    return share


def _luck(world: World, shape: tuple[int, int, int], random: np.random.Generator) -> np.ndarray:
    """Uniform numbers; within a cluster those of one draw go together."""
    if not world.clusters:
        return random.random(size=shape)
    shared = random.normal(size=(world.clusters, *shape[1:]))[np.arange(world.cases) % world.clusters]
    own = random.normal(size=shape)
    luck: np.ndarray = ndtr(np.sqrt(world.within) * shared + np.sqrt(1 - world.within) * own)
    return luck


def _card(world: World, draws: np.ndarray, failed: np.ndarray, *, skip: np.ndarray) -> Scorecard:
    cases = {}
    for i, (values, lost) in enumerate(zip(draws.tolist(), failed.tolist(), strict=True)):
        if skip[i]:
            continue
        tags = {"area": f"a{i % world.slices}"} if world.slices else {}
        if world.clusters:
            tags["talk"] = f"t{i % world.clusters}"
        scores = {
            f"m{j}": tuple(v for v, gone in zip(row, lost, strict=True) if not gone)
            for j, row in enumerate(values)
        }
        cases[f"c{i:04}"] = CaseScores(
            key="k",
            trials=len(lost),
            errors=sum(lost),
            tags=tags,
            scores={k: v for k, v in scores.items() if v},
        )
    return Scorecard(
        suite="suite", metrics={f"m{j}": _metric(world, j) for j in range(world.metrics)}, cases=cases
    )


def _metric(world: World, index: int) -> Metric:
    name = f"m{index}"
    if world.latency:
        return Metric(name=name, kind="measure", better="lower", unit="s", log=True)
    if world.graded:
        return Metric(name=name, kind="scale", low=0, high=1)
    return Metric(name=name, kind="binary")


def _policy(world: World, chances: np.ndarray) -> SuitePolicy:
    gates = {}
    if world.floor is not None:
        gates = {f"m{j}": Gate(min=float(chances[:, j].mean() - world.floor)) for j in range(world.metrics)}
    return SuitePolicy(
        gates=gates,
        slices=("area",) if world.slices else (),
        cluster="talk" if world.clusters else None,
    )
