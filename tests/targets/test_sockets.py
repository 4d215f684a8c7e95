import asyncio
import socket

from gate.targets.sockets import Sockets

UNREAD = b"x" * 50_000_000  # more than the system takes of what nobody reads


class Lost(asyncio.Protocol):
    def __init__(self) -> None:
        self.lost = False

    def connection_lost(self, _: Exception | None) -> None:
        self.lost = True


async def connected(sockets: Sockets, server: socket.socket) -> tuple[asyncio.Transport, Lost]:
    host, port = server.getsockname()
    made = sockets.make((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port)))
    made.settimeout(0)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(made, (host, port))
    return await loop.create_connection(Lost, sock=made)


def test_a_connection_that_was_given_up_with_a_request_half_sent_is_closed_at_the_end() -> None:
    async def walk(server: socket.socket) -> bool:
        sockets = Sockets()
        transport, protocol = await connected(sockets, server)
        transport.write(UNREAD)
        transport.close()
        await sockets.aclose()
        return protocol.lost and transport.get_write_buffer_size() == 0

    with socket.create_server(("127.0.0.1", 0)) as server:
        assert asyncio.run(walk(server))


def test_a_socket_that_never_was_connected_and_one_that_is_closed_are_no_trouble() -> None:
    async def walk(server: socket.socket) -> bool:
        sockets = Sockets()
        transport, protocol = await connected(sockets, server)
        transport.close()
        with sockets.make((socket.AF_INET, socket.SOCK_STREAM, 0)):
            pass
        await sockets.aclose()
        return protocol.lost

    with socket.create_server(("127.0.0.1", 0)) as server:
        assert asyncio.run(walk(server))
