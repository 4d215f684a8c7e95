"""What counts as a good answer here: two evaluators of our own, named in gate.yaml.

An evaluator is a function. It takes by keyword what it wants to see of `input, response, expected, context, ...` and
returns a number, a bool, a Score or a mapping of them.
"""

import re
from typing import Any

from gate import Score

_DECLINES = re.compile(
    r"(?:do not|don't|cannot|can't|not able to) (?:know|answer|find|say|help)", re.IGNORECASE
)


def states_the_fact(*, response: str, expected: dict[str, Any]) -> bool:
    """Whether every expected fact stands in the answer; where there is none to state, whether the answer declines."""
    if expected.get("unknown"):
        return bool(_DECLINES.search(response))
    text = _plain(response)
    return all(_plain(fact) in text for fact in expected["facts"])


def finds_the_article(*, expected: dict[str, Any], context: list[Any]) -> bool | Score:
    """Whether the article that holds the answer is among those that were found."""
    if expected.get("unknown"):
        return Score.abstain("no article holds the answer")
    return expected["article"] in {str(found.id).partition("#")[0] for found in context}


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
