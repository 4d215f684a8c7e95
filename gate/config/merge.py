"""A suite's own words over `defaults` → the nouns that it comes to: policy, draws, budget, baseline."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from gate.config.nodes import KeyPath, Source
from gate.config.shape import Defaults, GateFile, SuiteShape
from gate.config.words import problems_of
from gate.model.base import Noun
from gate.model.budget import Budget
from gate.model.errors import Problem
from gate.model.suite import Draws, Gate, Margin, Slice, SuitePolicy

_N = TypeVar("_N", bound=Noun)
_MARGINS = ("max_drop", "must_catch", "slice_drop")


@dataclass(frozen=True, slots=True)
class Merged:
    """What each suite comes to, by its name."""

    policies: Mapping[str, SuitePolicy]
    draws: Mapping[str, Draws]
    budgets: Mapping[str, Budget]
    baselines: Mapping[str, str]


def merge(shape: GateFile, source: Source) -> tuple[Merged, list[Problem]]:
    """Lay every suite over the defaults. What doesn't go together is a problem at the key that said it last."""
    merging = _Merging(shape.defaults, source)
    suites = shape.suites
    merged = Merged(
        policies={name: merging.policy(name, suite) for name, suite in suites.items()},
        draws={name: merging.draws(name, suite) for name, suite in suites.items()},
        budgets={
            name: Budget(**_laid(shape.defaults.budget, suite.budget)) for name, suite in suites.items()
        },
        baselines={name: suite.baseline or f"baselines/{name}.json" for name, suite in suites.items()},
    )
    return merged, list(merging.problems.values())


def own_or_default(name: str, suite: SuiteShape, defaults: Defaults) -> Any:
    """A plain value: the suite's where it says one, else the default's."""
    return getattr(suite if name in suite.model_fields_set else defaults, name)


class _Merging:
    """The problems are kept by key path: what `defaults` says wrong is said once and not once a suite."""

    def __init__(self, defaults: Defaults, source: Source) -> None:
        self.defaults = defaults
        self.source = source
        self.problems: dict[str, Problem] = {}
        self.default_gate = self.built(Gate, _said(defaults.gate), at=("defaults", "gate")) or Gate()

    def policy(self, name: str, suite: SuiteShape) -> SuitePolicy:
        at: KeyPath = ("suites", name, "gates")
        gates = {metric: self.gate(own or Gate(), at=(*at, metric)) for metric, own in suite.gates.items()}
        slices = (
            one if isinstance(one, str) else Slice(name=one.name, where=one.where) for one in suite.slices
        )
        return SuitePolicy(
            gates=gates,
            default_gate=self.default_gate,
            slices=tuple(slices),
            cluster=suite.cluster,
            generation_of=suite.generation_of,
        )

    def gate(self, own: Gate, *, at: KeyPath) -> Gate:
        """A gate over the default one. Margins are taken over where they are of the same sort as the gate's own.

        Where it has none of its own, the metric says which of the default's fit it (`gate.compare.policy.gate_of`).
        """
        said, default = _said(own), _said(self.defaults.gate)
        sorts = {said[name].relative for name in _MARGINS if isinstance(said.get(name), Margin)}
        taken = {k: v for k, v in default.items() if k not in _MARGINS or v is None or v.relative in sorts}
        return self.built(Gate, {**taken, **said}, at=at) or own

    def draws(self, name: str, suite: SuiteShape) -> Draws:
        said = _laid(self.defaults.trials, suite.trials)
        if "most" not in said:
            usual: int = Draws.model_fields["most"].default
            said["most"] = max(usual, said.get("check", 1))
        own = "trials" in suite.model_fields_set
        return (
            self.built(Draws, said, at=("suites", name, "trials") if own else ("defaults", "trials"))
            or Draws()
        )

    def built(self, noun: type[_N], said: Mapping[str, Any], *, at: KeyPath) -> _N | None:
        try:
            return noun(**said)
        except ValidationError as error:
            for problem in problems_of(error, self.source, at=at, model=noun):
                self.problems.setdefault(problem.key, problem)
            return None


def _said(block: Noun) -> dict[str, Any]:
    """What the file says, without the defaults of the model."""
    return {name: getattr(block, name) for name in block.model_fields_set}


def _laid(default: Noun, own: Noun) -> dict[str, Any]:
    return {**_said(default), **_said(own)}
