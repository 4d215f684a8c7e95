"""Plans, for tests of a run."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from gate.model.case import Case
from gate.model.ports import Evaluator, Target
from gate.model.suite import Suite, Use
from gate.run.plan import RunPlan
from gate.run.scoring import Instruments
from tests.builders import make_case
from tests.doubles import FakeEvaluator, FakeTarget

SUITE_FIELDS = frozenset(
    {"name", "batch", "calls_per_minute", "concurrency", "timeout_s", "budget", "prices"}
)


def make_cases(count: int) -> tuple[Case, ...]:
    """`case-0`, `case-1`, …"""
    return tuple(make_case(f"case-{number}") for number in range(count))


def make_instruments(evaluators: Sequence[Evaluator] | None = None, *, root: Path = Path()) -> Instruments:
    """Instruments whose fingerprints are `f-<name>`; one evaluator `accuracy` unless told otherwise."""
    evaluators = [FakeEvaluator()] if evaluators is None else evaluators
    return Instruments(
        evaluators=evaluators,
        metrics={
            metric.name: metric.model_copy(update={"fingerprint": f"f-{evaluator.name}"})
            for evaluator in evaluators
            for metric in evaluator.metrics
        },
        fingerprints={evaluator.name: f"f-{evaluator.name}" for evaluator in evaluators},
        root=root,
    )


def make_plan(
    target: Target | None = None,
    *,
    cases: Iterable[Case] | int = 3,
    evaluators: Sequence[Evaluator] | None = None,
    root: Path = Path(),
    **fields: Any,
) -> RunPlan:
    """A plan of one draw of a few cases; `fields` go to the suite or to the plan."""
    of_suite = {name: fields.pop(name) for name in SUITE_FIELDS & fields.keys()}
    suite = Suite(
        **{
            "name": "suite",
            "cases": make_cases(cases) if isinstance(cases, int) else tuple(cases),
            "target": Use(use="fake"),
            "evaluators": (Use(use="fake"),),
            "concurrency": 4,
            "timeout_s": 30,
            **of_suite,
        }
    )
    return RunPlan(
        **{
            "suite": suite,
            "target": target or FakeTarget(),
            "target_fingerprint": {"spec": "t1"},
            "instruments": make_instruments(evaluators, root=root),
            **fields,
        }
    )
