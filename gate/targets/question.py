"""Case → the plain JSON that an application may see of it. Never what is expected: that would tell it the answer."""

from typing import Any

from gate.model.case import Case


def question(case: Case) -> dict[str, Any]:
    """Case → `id`, `input` (text, list of messages, or mapping), `context` (list of objects) and `tags`."""
    plain = case.model_dump(mode="json", include={"id", "input", "tags"})
    plain["context"] = [context.model_dump(mode="json", exclude_none=True) for context in case.context]
    return plain
