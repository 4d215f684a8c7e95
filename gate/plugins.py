"""Name → plug-in: one explicit table of built-ins, then what installed packages offer by entry point.

A built-in is imported when it is first used. An installed plug-in never takes the name of a built-in.
"""

import importlib
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from gate.model.base import Noun
from gate.model.errors import Problem, UserError
from gate.model.ports import Evaluator, Target

Sort = Literal["target", "evaluator"]

BUILT_IN: dict[Sort, dict[str, str]] = {
    "target": {
        "prompt": "gate.targets.prompt:PromptTarget",
        "python": "gate.targets.python:PythonTarget",
        "command": "gate.targets.command:CommandTarget",
        "http": "gate.targets.http:HttpTarget",
        "replay": "gate.targets.replay:ReplayTarget",
    },
    "evaluator": {
        "exact_match": "gate.evaluators.match:ExactMatch",
        "contains": "gate.evaluators.match:Contains",
        "regex": "gate.evaluators.match:Regex",
        "json_schema": "gate.evaluators.schema:JsonSchema",
        "valid_json": "gate.evaluators.valid_json:ValidJson",
        "numeric": "gate.evaluators.numeric:Numeric",
        "length": "gate.evaluators.length:Length",
        "retrieval": "gate.evaluators.retrieval:Retrieval",
        "retrieval_score": "gate.evaluators.retrieval_score:RetrievalScore",
        "tool_calls": "gate.evaluators.tool_calls:ToolCalls",
        "judge": "gate.evaluators.judge.judge:Judge",
        "claims": "gate.evaluators.judge.claims:Claims",
        "pairwise": "gate.evaluators.judge.pairwise:Pairwise",
        "refusal": "gate.evaluators.refusal:Refusal",
        "language": "gate.evaluators.language:Language",
        "similarity": "gate.evaluators.similarity:Similarity",
        "feedback": "gate.evaluators.feedback:FeedbackGiven",
        "python": "gate.evaluators.function:Function",
    },
}
GROUPS: dict[Sort, str] = {"target": "gate.targets", "evaluator": "gate.evaluators"}
_CONTRACT: dict[Sort, type[Any]] = {"target": Target, "evaluator": Evaluator}


class Plugins:
    """The catalogue: what `use:` may name, and the class behind it."""

    def names(self, kind: Sort) -> tuple[str, ...]:
        """All names of one kind, built-ins first."""
        installed = sorted({point.name for point in _installed(kind)} - BUILT_IN[kind].keys())
        return (*BUILT_IN[kind], *installed)

    def options(self, kind: Sort, use: str) -> type[Noun]:
        """The closed model of what stands under `with:`."""
        options: type[Noun] = self._find(kind, use).Options
        return options

    def target(self, use: str) -> type[Target]:
        """The target class of that name."""
        found: type[Target] = self._find("target", use)
        return found

    def evaluator(self, use: str) -> type[Evaluator]:
        """The evaluator class of that name."""
        found: type[Evaluator] = self._find("evaluator", use)
        return found

    def _find(self, kind: Sort, use: str) -> type[Any]:
        """The class of a name.

        Raises:
            UserError: an installed plug-in that cannot be loaded or is no such class; it names the distribution.
        """
        if use in BUILT_IN[kind]:
            module, _, name = BUILT_IN[kind][use].partition(":")
            return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]
        point = next((point for point in _installed(kind) if point.name == use), None)
        if point is None:
            raise UserError(
                Problem(
                    message=f"there is no {kind} {use!r}", fix=f"known are: {', '.join(self.names(kind))}"
                )
            )
        return _loaded(point, kind)


def _installed(kind: Sort) -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=GROUPS[kind]))


def _loaded(point: EntryPoint, kind: Sort) -> type[Any]:
    source = f"{point.dist.name} {point.dist.version}" if point.dist else "an unknown distribution"
    try:
        plugin = point.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a foreign module may raise anything while it is imported
        raise UserError(
            Problem(
                message=f"the {kind} {point.name!r} of {source} cannot be loaded: {type(error).__name__}: {error}",
                fix="mend or remove that package",
            )
        ) from error
    contract = _CONTRACT[kind]
    if not (isinstance(plugin, type) and issubclass(plugin, contract)):
        raise UserError(
            Problem(
                message=f"the {kind} {point.name!r} of {source} is not a subclass of gate.{contract.__name__}",
                value=point.value,
                fix="see docs/guide/plugins.md",
            )
        )
    return plugin
