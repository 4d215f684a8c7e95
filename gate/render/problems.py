"""Problems → the text of an error on the command line: where, what, the value found, the fix. All at once."""

from collections.abc import Iterator, Sequence

from gate.model.errors import Problem
from gate.render import escape
from gate.render.numbers import counted

_VALUE_LIMIT = 120
_MESSAGE_LIMIT = 600
_INDENT = "  "


def problems_text(problems: Sequence[Problem]) -> str:
    """One block a problem, in the given order, with a count at the end where there are several; no line end.

    ```
    gate.yaml:14: suites.support.gates.exact_match.max_dorp: there is no such key
      found: 0.02
      fix:   did you mean `max_drop`?
    ```
    """
    blocks = ["\n".join(_lines(problem)) for problem in problems]
    if len(blocks) > 1:
        blocks.append(f"{counted(len(blocks), 'problem')} to mend.")
    return escape.log_safe("\n\n".join(blocks))


def _lines(problem: Problem) -> Iterator[str]:
    where = f"{_shown(str(problem.place), _MESSAGE_LIMIT)}: " if problem.place else ""
    key = f"{_shown(problem.key, _MESSAGE_LIMIT)}: " if problem.key else ""
    yield f"{where}{key}{_shown(problem.message, _MESSAGE_LIMIT)}"
    if problem.value:
        yield f"{_INDENT}found: {_shown(problem.value, _VALUE_LIMIT)}"
    if problem.fix:
        yield f"{_INDENT}fix:   {_shown(problem.fix, _MESSAGE_LIMIT)}"


def _shown(text: str, limit: int) -> str:
    return escape.terminal(text, limit=limit)
