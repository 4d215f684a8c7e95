"""A suspicion and a few cases → base against head on fresh draws of these cases alone. Writes no baseline and no status.

Its draws are its own: they are counted from 1,000, so that no draw that a check has shown, and for which somebody chose
a case, is among them. Taken twice, the same command pays nothing twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gate.base import Base, base_of_working_tree
from gate.compare.hypothesis import (
    ORDINARY_NOISE,
    USUAL_DRAWS,
    Question,
    answered,
    draws_for_both,
    rows_of,
    rules_of,
)
from gate.compare.noise import within_variance
from gate.compare.policy import Rule
from gate.compare.sensitivity import MOST_DRAWS
from gate.compare.tally import tally
from gate.config.words import did_you_mean
from gate.estimates import expected
from gate.flows.why.elsewhere import Errand, Visit, run_elsewhere
from gate.flows.why.sending import announce, base_revision, capped
from gate.model.case import Case
from gate.model.errors import EvaluationError, Problem, UserError
from gate.model.hypothesis import Answer, DrawPlan, Hypothesis, Tested
from gate.model.outlay import Outlay
from gate.model.run import RunResult
from gate.model.score import Metric
from gate.model.scorecard import Scorecard
from gate.place import Place
from gate.ready import Ready, prepare
from gate.render.hypothesis import plan_text
from gate.run.budget import Ledger, paid_in
from gate.run.spent import stand, standing
from gate.running import Bench, Draws, bench, ledgers

FIRST = 1_000  # of the draws of a hypothesis


@dataclass(frozen=True, kw_only=True)
class Suspicion:
    """What is suspected: of which suite's application, on which cases, held against which commit.

    `metric` names the one that it is about (empty: all that block), `drop` the drop to look for, in its unit. Without
    `draws` as many are taken as find that drop; `max_cost_usd` bounds what both sides cost.
    """

    suite: str
    cases: Sequence[Case]
    base: str = ""
    metric: str = ""
    drop: float | None = None
    draws: int | None = None
    max_cost_usd: float | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """What came of it, and the results of both sides, by the names under which they are kept."""

    hypothesis: Hypothesis
    results: Mapping[str, RunResult]


@contextmanager
def hypothesized(place: Place, suspicion: Suspicion) -> Iterator[Found]:
    """Plan, take the draws of both sides, answer. Leave the block when it is delivered: until then nothing is over.

    Raises:
        UserError: a case, the metric or the base is wrong, or the budget has no room for one draw of each case.
        EvaluationError, InterruptedRunError: as any run.
    """
    prepared = prepare(place.tree, place.config, only=(suspicion.suite,), cases=suspicion.cases)
    ready = capped(prepared.suites[0], suspicion.max_cost_usd)
    policies = base_of_working_tree(place.tree, place.config, prepared.sheet)
    question = _question(ready, suspicion, policies)
    base = base_revision(place.tree, suspicion.base)
    plan = _planned(place, ready, suspicion, question=question, baseline=policies.baseline(ready.suite.name))
    place.notice(plan_text(ready.suite.name, plan))
    draws = Draws(purpose="run", count=plan.draws, first=0 if ready.suite.target.use == "replay" else FIRST)
    ledger = ledgers([ready])[ready.suite.name]
    announce(place, ready, trials=2 * plan.draws * plan.cases, ledger=ledger)
    errand = Errand(ready=ready, revision=base, draws=draws)
    visit = run_elsewhere(place, errand, ledger=ledger)
    if visit.result.stopped is not None:  # nothing can be said, so that the head need not be paid
        raise EvaluationError(f"at {errand.label} the run was stopped: {visit.result.stopped.message}")
    with bench(place, [ready]) as runs:
        head = _head(runs, ready, draws, ledger=ledger)
        told = _answered(visit, head, question=question, plan=plan)
        yield Found(
            hypothesis=told.model_copy(update={"base": base, "head": place.tree.revision()}),
            results={f"{ready.suite.name}.base": visit.result, f"{ready.suite.name}.head": head.result},
        )


def _head(runs: Bench, ready: Ready, draws: Draws, *, ledger: Ledger) -> Visit:
    """The working tree's own draws, on what is left of the budget."""
    stand(runs.ledgers[ready.suite.name], standing(ledger))
    result = runs.take([ready], lambda _: draws)[ready.suite.name]
    return Visit(result=result, resumed=runs.resumed.get(ready.suite.name, 0))


def _question(ready: Ready, suspicion: Suspicion, policies: Base) -> Question:
    name = ready.suite.name
    question = Question(
        suite=name,
        policy=policies.sheet.policy,
        rules=ready.suite.policy,
        metric=suspicion.metric,
        drop=suspicion.drop,
        calibration=policies.calibrations.get(name),
    )
    brought = [
        each for each in ready.instruments.evaluators if not each.metrics
    ]  # known when they are scored
    if suspicion.metric and not any(each.describe(suspicion.metric) for each in ready.instruments.evaluators):
        fix = did_you_mean(suspicion.metric, sorted(ready.metrics))
        raise UserError(Problem(message=f"{name} has no metric {suspicion.metric!r}", fix=fix))
    if not brought and not rules_of(ready.metrics, question):
        fix = "name one with --metric, of which more or less is better"
        raise UserError(Problem(message=f"no metric of {name} can be worse: all are only recorded", fix=fix))
    return question


def _planned(
    place: Place, ready: Ready, suspicion: Suspicion, *, question: Question, baseline: Scorecard | None
) -> DrawPlan:
    """As many draws as the hardest of the metrics needs, and no more than the budget has room for."""
    rules = rules_of(_metrics(ready, suspicion, baseline), question)
    cases = len(ready.suite.cases)
    level, power = question.level / max(1, len(rules)), question.policy.power
    known = [
        (rule, draws_for_both(rule, cases=cases, noise=noise, level=level, power=power))
        for rule in rules
        if (noise := _noise(rule, baseline)) is not None
    ]
    hardest = max(known, key=lambda each: each[1] or MOST_DRAWS + 1, default=None)
    wanted = hardest[1] if hardest is not None else None
    draws = suspicion.draws or (
        wanted if wanted is not None else USUAL_DRAWS if hardest is None else MOST_DRAWS
    )
    room, why = _room(ready, expected(place.tree, ready, trials=1))
    if room < 1:
        message = f"the budget has no room for one draw of each case on both sides: {why}"
        raise UserError(Problem(message=message, fix="raise the cap, or take fewer cases"))
    return DrawPlan(
        cases=cases,
        draws=min(draws, room),
        wanted=wanted,
        metric=hardest[0].name if hardest is not None else "",
        drop=hardest[0].must_catch if hardest is not None else None,
        power=power,
        why=why if room < draws else "",
    )


def _metrics(ready: Ready, suspicion: Suspicion, baseline: Scorecard | None) -> dict[str, Metric]:
    """Those that are known before anything is scored: declared, accepted, or described by who gives them."""
    known = {**(baseline.metrics if baseline is not None else {}), **ready.metrics}
    for each in ready.instruments.evaluators if suspicion.metric not in known else ():
        if suspicion.metric and (metric := each.describe(suspicion.metric)) is not None:
            known[suspicion.metric] = metric
    return known


def _noise(rule: Rule, baseline: Scorecard | None) -> float | None:
    """The variance of a draw: the baseline's, and at least ordinary noise, for what is suspected is rather noisier."""
    ordinary = None if rule.reach is None else ORDINARY_NOISE * rule.reach**2
    stored = [case.scores.get(rule.name, ()) for case in baseline.cases.values()] if baseline else []
    if rule.log:
        stored = [tuple(map(rule.logarithm, draws)) for draws in stored]
    measured = within_variance((draws, 1) for draws in stored)
    known = [each for each in (ordinary, measured) if each is not None]
    return max(known, default=None)


def _room(ready: Ready, one: Outlay) -> tuple[int, str]:
    """How many draws a side the caps have room for, and which cap it is that has the least; what is kept is not known."""
    pair = 2 * len(ready.suite.cases)
    rooms: list[tuple[int, str]] = [(MOST_DRAWS, f"{MOST_DRAWS} draws are the most")]
    for budget in (ready.suite.budget, ready.total):
        if budget.calls is not None:
            rooms.append((budget.calls // (pair * (1 + one.judge_calls)), f"budget.calls: {budget.calls}"))
        if budget.cost_usd is not None and one.cost_usd:
            rooms.append(
                (int(budget.cost_usd / (pair * one.cost_usd)), f"budget.cost_usd: {budget.cost_usd:g}")
            )
    return min(rooms)


def _answered(base: Visit, head: Visit, *, question: Question, plan: DrawPlan) -> Hypothesis:
    results = [_from_first(visit.result) for visit in (base, head)]
    keep = {*question.rules.gates, question.metric} - {""}
    before, after = (tally(result, keep=keep) for result in results)
    tested = answered(before, after, question)
    failed = [sum(case.errors for case in card.cases.values()) for card in (before, after)]
    trials = [sum(case.trials for case in card.cases.values()) for card in (before, after)]
    stopped = next((result.stopped.message for result in results if result.stopped is not None), "")
    paid = [each.cost_usd for result in results for trial in result.trials for each in paid_in(trial)]
    known = [cost for cost in paid if cost is not None]
    told: dict[str, Any] = {
        "suite": question.suite,
        "base": {"label": "base"},
        "head": {"label": "head"},
        "plan": plan,
        "level": question.level,
        "tested": tested,
        "rows": tuple(rows_of(before, after, tested)),
        "trials": tuple(trials),
        "failed": tuple(failed),
        "kept": (base.resumed, head.resumed),
        "cost_usd": sum(known) if known and len(known) == len(paid) else None,
        "same": dict(results[0].target) == dict(results[1].target),
        "stopped": stopped,
    }
    rates = [lost / of for lost, of in zip(failed, trials, strict=True)]
    broken = bool(stopped) or max(rates) > question.policy.max_error_rate
    return Hypothesis(**told, answer="failed" if broken else _worst(tested))


def _worst(tested: Sequence[Tested]) -> Answer:
    """One metric that got worse confirms it; one that can't be told leaves it open."""
    order: tuple[Answer, ...] = ("confirmed", "not comparable", "can't tell", "not confirmed")
    answers = {each.answer for each in tested}
    return next((answer for answer in order if answer in answers), "can't tell")


def _from_first(result: RunResult) -> RunResult:
    """With the draws counted from 0, as a tally counts them."""
    first = min((trial.index for trial in result.trials), default=0)
    trials = [trial.model_copy(update={"index": trial.index - first}) for trial in result.trials]
    return result.model_copy(update={"trials": tuple(trials)})
