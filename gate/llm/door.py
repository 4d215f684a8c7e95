"""ModelRequest → Reply or Failure, through Anthropic's own SDK. The one door to the provider.

Imports the SDK (over a second) only when it is first needed. Never lets an error of the SDK escape, nor a credential.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from gate.llm.credentials import find_credentials
from gate.llm.retry import MAX_RETRIES, wait_s
from gate.model.ports import ModelRequest
from gate.model.reply import Failure, Reply

if TYPE_CHECKING:
    from gate.llm.connection import Connection


class AnthropicModel:
    """The Messages API, with at most `concurrency` calls at the same time, whoever asks.

    A question is asked up to five times where another attempt may help, all within `timeout_s` (seconds). Connections
    belong to an event loop: close the model before its loop ends.
    """

    def __init__(
        self,
        *,
        concurrency: int,
        timeout_s: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Look for credentials (see `find_credentials`); nothing is sent yet.

        Raises:
            UserError: there are none, or they cannot be used.
        """
        self._credentials = find_credentials()
        self._concurrency = concurrency
        self._timeout_s = timeout_s
        self._sleep = sleep
        self._open: tuple[asyncio.AbstractEventLoop, Connection] | None = None

    async def ask(self, request: ModelRequest) -> Reply | Failure:
        """Ask, and ask again where it may help. Latency is that of the attempt that succeeded, without the waits."""
        connection = self._connection()
        deadline = time.monotonic() + self._timeout_s
        for attempt in range(MAX_RETRIES + 1):
            outcome = await connection.attempt(request)
            if isinstance(outcome, Reply):
                return outcome
            failure = outcome.failure
            if not failure.retryable or attempt == MAX_RETRIES:
                break
            wait = wait_s(attempt, asked_s=outcome.asked_s, chance=random.random())  # noqa: S311 - no secret
            if time.monotonic() + wait >= deadline:
                message = f"{failure.message} (the next attempt would be in {wait:,.0f} s, past the timeout)"
                return failure.model_copy(update={"message": message})
            await self._sleep(wait)
        return failure

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        if self._open is not None and self._open[0] is asyncio.get_running_loop():
            await self._open[1].aclose()
        self._open = None

    def _connection(self) -> "Connection":
        from gate.llm.connection import Connection  # noqa: PLC0415 - imports the SDK, over a second

        loop = asyncio.get_running_loop()
        if self._open is None or self._open[0] is not loop:
            connection = Connection(
                self._credentials, concurrency=self._concurrency, timeout_s=self._timeout_s
            )
            self._open = (loop, connection)
        return self._open[1]


def deprecation(model: str) -> str | None:
    """A warning where the SDK knows that the model is about to end, or has ended; else None. Imports the SDK."""
    from gate.llm import connection  # noqa: PLC0415 - imports the SDK, over a second

    return connection.deprecation(model)
