"""Results files and a baseline → the explanation of their verdict, or of one case. Nothing is run."""

from gate.flows.compare import Sides
from gate.flows.report import Asked, compared, report
from gate.flows.why.case_story import Told
from gate.flows.why.explaining import explanation
from gate.host.local import WorkingTree
from gate.model.explanation import Explanation


def explain(tree: WorkingTree, asked: Asked | Sides, *, what: str = "") -> Explanation:
    """Judge what the files hold, as `gate report` or `gate compare` does, and tell what that rests on.

    Raises:
        UserError: a file that is not there or not what it should be; `what` is nothing, or more than one thing.
    """
    checked = compared(tree, asked) if isinstance(asked, Sides) else report(tree, asked)
    told = Told(report=checked.report, results=checked.results, baselines=checked.baselines)
    return explanation(told, what)
