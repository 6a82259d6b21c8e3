"""Whose names this server answers to.

A page of another site can have its own name point to this machine; to the browser, that site and this board are then
one origin, and it would read and write the board. So who calls from this machine has to call by a name of this machine.
"""

from __future__ import annotations

import ipaddress
import socket

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_MISDIRECTED = 421


def is_loopback(host: str | None) -> bool:
    """Whether ``host``, a name or an address, can only be this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


class OwnNames:
    """Refuses calls from this machine by a name that somebody else may have pointed here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._own = socket.gethostname().casefold()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 421, or let the call through."""
        if scope["type"] == "http" and self._is_pointed_here(HttpRequest(scope)):
            refusal = JSONResponse({"error": "from this machine, call the board localhost or 127.0.0.1"}, _MISDIRECTED)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_pointed_here(self, http: HttpRequest) -> bool:
        if http.client is None or not is_loopback(http.client.host):
            return False
        name = http.url.hostname
        return not is_loopback(name) and (name or "").casefold() != self._own
