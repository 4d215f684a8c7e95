"""gate: the regression gate for LLM applications. These names are the contract for authors of plug-ins."""

from gate.model.case import Case, Context, Message
from gate.model.errors import Problem, UserError
from gate.model.ports import Evaluator, Setting, Target
from gate.model.reply import Failure, Reply, Sample, ToolCall, Usage
from gate.model.score import Metric, Score

__all__ = [
    "Case",
    "Context",
    "Evaluator",
    "Failure",
    "Message",
    "Metric",
    "Problem",
    "Reply",
    "Sample",
    "Score",
    "Setting",
    "Target",
    "ToolCall",
    "Usage",
    "UserError",
]
