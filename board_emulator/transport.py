"""uvicorn's HTTP/1.1 protocol, with a way for the app to break the connection as a network would.

The app finds :class:`Connection` in ``scope["board_emulator.connection"]``.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

KEY = "board_emulator.connection"


class Connection:
    """The client's connection, to be broken."""

    def __init__(self, protocol: H11Protocol) -> None:
        self._protocol = protocol

    async def reset(self) -> None:
        """Reset: the client reads ECONNRESET."""
        transport: Any = self._protocol.transport
        sock = transport.get_extra_info("socket")
        if sock is not None:
            # linger 0: close sends RST instead of FIN
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        await self._gone()

    async def close(self) -> None:
        """Close: what was written arrives, then the client reads the end of the stream."""
        self._protocol.transport.close()
        await self._gone()

    async def _gone(self) -> None:
        """Wait until the protocol knows, so that it does not answer for the app."""
        while self._protocol.cycle is not None and not self._protocol.cycle.disconnected:
            await asyncio.sleep(0.001)


class FaultyProtocol(H11Protocol):
    """H11Protocol that hands its connection to the app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.app = _with_connection(self.app, Connection(self))


def _with_connection(app: Any, connection: Connection) -> ASGIApp:
    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        scope[KEY] = connection
        await app(scope, receive, send)

    return wrapped
