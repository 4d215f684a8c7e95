"""A reply and what was heard of its call → the reply with the passages that the application's own spans tell of.

What has not come is said: a reply whose passages are not known is never one that found none.
"""

import asyncio
from contextlib import suppress
from typing import Literal

from gate.model.hearing import Heard
from gate.model.reply import Failure, Reply

OTLP_PORT = 4318  # where exporters send to unless they are told otherwise
ContextsFrom = Literal["reply", "traces"]


async def with_passages(reply: Reply | Failure, heard: Heard, *, wait_s: float = 0) -> Reply | Failure:
    """The reply with its passages, where it has none of its own; `wait_s` bounds the wait for spans that come late."""
    if isinstance(reply, Failure) or reply.contexts:
        return reply
    if wait_s > 0:
        await _told(heard, wait_s=wait_s)
    contexts = heard.contexts()
    if contexts is None:
        return reply.model_copy(update={"contexts_missing": heard.lacking()})
    return reply.model_copy(update={"contexts": contexts})


async def _told(heard: Heard, *, wait_s: float) -> None:
    loop = asyncio.get_running_loop()
    until, told = loop.time() + wait_s, loop.create_future()

    def settle(grace_s: float) -> None:
        if not told.done():
            told.set_result(grace_s)

    def tell(grace_s: float) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, grace_s)

    heard.when_told(tell)
    with suppress(TimeoutError):
        grace_s = await asyncio.wait_for(told, wait_s)
        await asyncio.sleep(min(grace_s, max(0.0, until - loop.time())))
