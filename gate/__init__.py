"""gate: the regression gate for LLM applications. These names are the contract for authors of plug-ins.

Each is imported when it is first used: `gate --help` has no need of any.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gate.model.base import Noun
    from gate.model.case import Case, Context, Message
    from gate.model.errors import Problem, UserError
    from gate.model.ports import Evaluator, ScoringError, Setting, Target
    from gate.model.reply import Failure, Reply, Sample, ToolCall, Usage
    from gate.model.score import Metric, Score
    from gate.model.shown import Shown

__all__ = [
    "Case",
    "Context",
    "Evaluator",
    "Failure",
    "Message",
    "Metric",
    "Noun",
    "Problem",
    "Reply",
    "Sample",
    "Score",
    "ScoringError",
    "Setting",
    "Shown",
    "Target",
    "ToolCall",
    "Usage",
    "UserError",
]

_HOMES = {
    "gate.model.base": ("Noun",),
    "gate.model.case": ("Case", "Context", "Message"),
    "gate.model.errors": ("Problem", "UserError"),
    "gate.model.ports": ("Evaluator", "ScoringError", "Setting", "Target"),
    "gate.model.reply": ("Failure", "Reply", "Sample", "ToolCall", "Usage"),
    "gate.model.score": ("Metric", "Score"),
    "gate.model.shown": ("Shown",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a public name from where it lives (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'gate' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
