"""Scorecards of separate runs of the unchanged application → by metric, how much runs differ beyond the luck of draws."""

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist

from gate.compare.components import components
from gate.compare.moments import oriented
from gate.compare.noise import flip_rate
from gate.compare.policy import Misfit, Rule, gate_of, resolve
from gate.model.calibration import NoiseWorth, RunNoise
from gate.model.files import round_value
from gate.model.scorecard import Scorecard
from gate.model.suite import Policy, SuitePolicy

_FEWEST = 2


def noise_of_runs(cards: Sequence[Scorecard], *, policy: Policy, rules: SuitePolicy) -> list[NoiseWorth]:
    """For every metric that has a score of two cases or more in all runs, on the scale on which it is judged.

    `within` is the variance of one draw: that of a mean of k draws, times k.
    """
    found: list[NoiseWorth] = []
    differing = differing_metrics(cards)
    for name, metric in sorted(cards[0].metrics.items()):
        if name in differing:
            continue
        rule = resolve(metric, gate=gate_of(metric, suite=rules), policy=policy)
        if isinstance(rule, Misfit):
            continue
        noise = _noise(cards, rule)
        if noise is not None:
            found.append(worth(noise, rule, policy=policy))
    return found


def _noise(cards: Sequence[Scorecard], rule: Rule) -> RunNoise | None:
    name = rule.name
    cases = [
        case_id
        for case_id in sorted(cards[0].cases)
        if all(case_id in card.cases and card.cases[case_id].scores.get(name) for card in cards)
    ]
    if len(cases) < _FEWEST or len(cards) < _FEWEST:
        return None
    draws = [[oriented(card.cases[case_id].scores[name], rule) for case_id in cases] for card in cards]
    parts = components([[math.fsum(each) / len(each) for each in run] for run in draws])
    drawn = sum(len(each) for run in draws for each in run) / (len(draws) * len(cases))
    together = [tuple(value for run in draws for value in run[place]) for place in range(len(cases))]
    flips = flip_rate((values, 1) for values in together)
    return RunNoise(
        fingerprint=rule.metric.fingerprint,
        runs=len(cards),
        cases=len(cases),
        between=round_value(parts.between),
        of_means=round_value(parts.of_means),
        within=round_value(parts.within * drawn),
        flip_rate=None if flips is None else round_value(flips),
    )


def worth(noise: RunNoise, rule: Rule, *, policy: Policy) -> NoiseWorth:
    """What the noise means for a metric.

    A difference of two runs' means has the variance 2 tau^2 at least, however many cases there are; the floor is the
    drop that is found with the policy's power at its level through that alone.
    """
    shift = math.sqrt(noise.between)
    normal = NormalDist()
    reach = normal.inv_cdf(1 - policy.alpha) + normal.inv_cdf(policy.power)
    floor = reach * shift * math.sqrt(2)
    return NoiseWorth(
        metric=rule.name,
        measured=noise,
        unit=rule.metric.unit,
        bounds=rule.bounds,
        relative=rule.log,
        shift=rule.as_drop(shift),
        floor=rule.as_drop(floor),
        must_catch=rule.must_catch,
    )


def differing_targets(cards: Sequence[Scorecard]) -> Mapping[str, int]:
    """The parts of the target that are not the same in all runs, each with how many contents it had."""
    parts = sorted({part for card in cards for part in card.target})
    contents = {part: len({card.target.get(part) for card in cards}) for part in parts}
    return {part: count for part, count in contents.items() if count > 1}


def differing_cases(cards: Sequence[Scorecard]) -> tuple[str, ...]:
    """The cases that not all runs have, or that were asked otherwise in one of them."""
    ids = sorted({case_id for card in cards for case_id in card.cases})
    keys = {case_id: {card.cases[case_id].key for card in cards if case_id in card.cases} for case_id in ids}
    return tuple(
        case_id
        for case_id in ids
        if len(keys[case_id]) > 1 or any(case_id not in card.cases for card in cards)
    )


def differing_metrics(cards: Sequence[Scorecard]) -> tuple[str, ...]:
    """The metrics that were not given by the same instrument, or judged by the same models, in all runs."""
    names = sorted({name for card in cards for name in card.metrics})
    return tuple(
        name for name in names if any(card.metrics.get(name) != cards[0].metrics.get(name) for card in cards)
    )


def together(cards: Sequence[Scorecard]) -> Scorecard:
    """All runs as one scorecard: the draws of a case, one run after the other. Of cases that all runs have."""
    first = cards[0]
    cases = {}
    for case_id, case in first.cases.items():
        others = [card.cases[case_id] for card in cards[1:] if case_id in card.cases]
        if len(others) + 1 == len(cards):
            every = (case, *others)
            names = sorted({name for each in every for name in each.scores})
            update = {
                "trials": sum(each.trials for each in every),
                "errors": sum(each.errors for each in every),
                "scores": {
                    name: tuple(v for each in every for v in each.scores.get(name, ())) for name in names
                },
                "abstentions": {},
            }
            cases[case_id] = case.model_copy(update=update)
    return first.model_copy(update={"cases": cases})
