"""Case → the texts that count as right. A case without them is refused before anything is called or paid."""

import json

from pydantic import JsonValue

from gate.model.case import Case
from gate.model.errors import Problem, UserError

_MOST = 80  # characters of a value that is shown


def expected_texts(case: Case, *, evaluator: str) -> tuple[str, ...]:
    """`expected` as texts: a text or a number is one, a list of them several.

    Raises:
        UserError: there is none, or it is no text: `true` out of an unquoted `yes`, an object, an empty list.
    """
    values = case.expected if isinstance(case.expected, list) else [case.expected]
    if case.expected is None or not values:
        fix = "give the case an `expected`, or leave this evaluator out of the suite"
        raise refusal(case, f"the evaluator {evaluator!r} needs `expected`, and there is none", fix=fix)
    return tuple(_text(value, case, evaluator=evaluator) for value in values)


def refusal(case: Case, message: str, *, fix: str, value: JsonValue = None) -> UserError:
    """What is wrong with a case, as an error that names it and its place."""
    found = "" if value is None else json.dumps(value, ensure_ascii=False)[:_MOST]
    message = f"case {case.id!r}: {message}"
    return UserError(Problem(message=message, place=case.place, key="expected", value=found, fix=fix))


def _text(value: JsonValue, case: Case, *, evaluator: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return json.dumps(value)
    message = f"the evaluator {evaluator!r} compares with texts, and this is none"
    fix = "write a text in quotes, or a list of texts; use a `python` evaluator for anything else"
    raise refusal(case, message, fix=fix, value=value)
