"""What counts as a good answer here: an evaluator of our own, named in gate.yaml.

An evaluator is a function. It takes by keyword what it wants to see of `input, response, expected, context, ...` and
returns a number, a bool, a Score or a mapping of them.
"""

import re
from typing import Any

_DECLINES = re.compile(
    r"(?:do not|don't|cannot|can't|not able to) (?:know|answer|find|say|help)", re.IGNORECASE
)


def states_the_fact(*, response: str, expected: dict[str, Any]) -> bool:
    """Whether every expected fact stands in the answer; where there is none to state, whether the answer declines."""
    if expected.get("unknown"):
        return bool(_DECLINES.search(response))
    text = _plain(response)
    return all(_plain(fact) in text for fact in expected["facts"])


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
