"""Reply → its contexts as a ranking, best first.

By `rank` where every one of them has one, else in the order in which they stand. The retriever's scores never order
them: of some, a small one is good.
"""

from collections.abc import Sequence
from typing import TypeVar

from gate.model.case import Context
from gate.model.reply import Reply

_V = TypeVar("_V")


def ranked(reply: Reply) -> Sequence[Context]:
    """The contexts of a reply, best first."""
    if all(context.rank is not None for context in reply.contexts):
        return sorted(reply.contexts, key=lambda context: context.rank or 0)
    return reply.contexts


def no_contexts(reply: Reply) -> str:
    """Why a reply without contexts says nothing of what was found."""
    return reply.contexts_missing or "the reply has no contexts"


def once(values: tuple[_V, ...]) -> tuple[_V, ...]:
    """The values of an option, if none of them stands there twice.

    Raises:
        ValueError: one does.
    """
    if len(set(values)) < len(values):
        raise ValueError("each may stand there once")
    return values
