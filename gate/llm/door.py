"""ModelRequest → Reply or Failure, through Anthropic's own SDK. The one door to the provider.

Imports the SDK (over a second) only when it is first needed. Never lets an error of the SDK escape, nor a credential.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from gate.llm.credentials import find_credentials
from gate.model.pace import Pace, Unpaced
from gate.model.ports import ModelRequest
from gate.model.price import NO_PRICES, Prices
from gate.model.reply import Failure, Reply
from gate.telemetry.calls import Attempts, answered, model_call

if TYPE_CHECKING:
    from gate.llm.connection import Connection


_REPEATS = (
    4  # of a question whose answer was lost: it was no harm to ask, and changes nothing on the other side
)


class AnthropicModel:
    """The Messages API, with at most `concurrency` calls at the same time, whoever asks.

    `pace` gives the pace of the provider by its host; without one, every question is asked once and at once. `prices` are
    the user's own, before those of the table. Connections belong to an event loop: close the model before its loop ends.
    """

    def __init__(
        self,
        *,
        concurrency: int,
        timeout_s: float,
        pace: Callable[[str], Pace] = lambda _: Unpaced(),
        prices: Prices = NO_PRICES,
    ) -> None:
        """Look for credentials (see `find_credentials`); nothing is sent yet.

        Raises:
            UserError: there are none, or they cannot be used.
        """
        self._credentials = find_credentials()
        self._concurrency = concurrency
        self._timeout_s = timeout_s
        self._pace = pace
        self._prices = prices
        self._open: tuple[asyncio.AbstractEventLoop, Connection] | None = None

    async def ask(self, request: ModelRequest) -> Reply | Failure:
        """Ask, and ask again where it may help. Latency is that of the attempt that succeeded, without the waits."""
        connection, host = self._connection(), self._credentials.host
        with model_call(request, host=host) as call:
            attempts = Attempts(call, lambda charge: connection.attempt(request, charge))
            try:
                outcome = await self._pace(host).call(attempts, repeats=_REPEATS)
                answered(call, outcome)
            finally:
                attempts.over()
        return outcome

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
                self._credentials,
                concurrency=self._concurrency,
                timeout_s=self._timeout_s,
                prices=self._prices,
            )
            self._open = (loop, connection)
        return self._open[1]


def deprecation(model: str) -> str | None:
    """A warning where the SDK knows that the model is about to end, or has ended; else None. Imports the SDK."""
    from gate.llm import connection  # noqa: PLC0415 - imports the SDK, over a second

    return connection.deprecation(model)
