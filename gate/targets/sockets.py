"""The sockets of a client → none of them open: its loop can be closed after it, and nothing is left to the collector.

A session of aiohttp waits for the connections that it still holds. Of those that it gave up before (a timeout, an answer
too large) asyncio still wants to send the rest of a request, or to end TLS in due form, for as long as the other side
lets it wait.
"""

import asyncio
import socket
from contextlib import suppress
from typing import Any
from weakref import WeakSet

# Of the loop. Three suffice, with TLS too: the socket is told to be writable, sending fails, the transport lets go.
_ROUNDS = 10


class Sockets:
    """Those that were made and are not collected yet."""

    def __init__(self) -> None:
        self._made: WeakSet[socket.socket] = WeakSet()

    def make(self, address: tuple[Any, ...]) -> socket.socket:
        """One for an address, as `getaddrinfo` tells it."""
        family, kind, protocol, *_ = address
        made = socket.socket(family, kind, protocol)
        self._made.add(made)
        return made

    async def aclose(self) -> None:
        """Break what is still open, and wait until its transports have closed it."""
        for each in self._open():
            with suppress(OSError):  # it is not connected, or closed in the meantime
                each.shutdown(socket.SHUT_RDWR)
        for _ in range(_ROUNDS):
            if not self._open():
                break
            await asyncio.sleep(0)

    def _open(self) -> list[socket.socket]:
        return [each for each in self._made if each.fileno() != -1]
