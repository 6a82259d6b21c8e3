"""The web app around the emulator, and the server that runs it."""

from __future__ import annotations

import asyncio
import errno
import secrets
import socket
from collections.abc import Awaitable, Callable

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from board_emulator import admin, page
from board_emulator.api import Endpoint, report, upload
from board_emulator.emulator import Emulator
from board_emulator.errors import PortInUseError
from board_emulator.faults import FaultPlan
from board_emulator.names import OwnNames
from board_emulator.people import People
from board_emulator.referee import Referee
from board_emulator.transport import FaultyProtocol

_SHUTDOWN_SECONDS = 1


class Service:
    """An emulator with everything that talks to it: faults, people, referee, and the web app."""

    def __init__(self, emulator: Emulator, faults: FaultPlan | None = None, *, latency: float = 0.0) -> None:
        self.emulator = emulator
        self.faults = faults or FaultPlan()
        self.people = People(emulator)
        self.referee = Referee(emulator)
        self.admin_token = secrets.token_urlsafe(24)
        self.endpoint = Endpoint(emulator, self.faults, self.people, latency)
        self.app = Starlette(routes=self._routes(), middleware=[Middleware(OwnNames)])

    def _routes(self) -> list[BaseRoute]:
        emulator = self.emulator

        async def put_upload(http: HttpRequest) -> Response:
            return await upload(http, emulator)

        def get_report(http: HttpRequest) -> Response:
            return report(http, emulator)

        def health(_: HttpRequest) -> Response:
            return JSONResponse({"status": "ok", "what": "board-emulator", "limits": emulator.meter.limits.name})

        return [
            Route("/v2", self.endpoint), Route("/v2/", self.endpoint), Route("/health", health),
            Route("/uploads/{job_id}", put_upload, methods=["PUT"]), Route("/reports/{job_id}", get_report),
            *page.routes(self), *admin.routes(self),
        ]  # fmt: skip

    def server(self) -> uvicorn.Server:
        """A server for the app, not yet bound to anything."""
        return uvicorn.Server(uvicorn.Config(
            self.app, http=FaultyProtocol, ws="none", lifespan="off", log_level="critical", access_log=False,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS, timeout_keep_alive=75, server_header=False,
        ))  # fmt: skip


def bind(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        PortInUseError: the address is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # the protocol is named because asyncio turns Nagle's algorithm off only for sockets that say TCP
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            # Windows: without it a second server could bind the same port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(512)
    except OSError as error:
        sock.close()
        why = (
            "is in use by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        )
        raise PortInUseError(f"The address {host}:{port} {why}.",
                             hint="Stop that program, or give another port with --port.") from error  # fmt: skip
    return sock


def serve(service: Service, sock: socket.socket, *, on_ready: Callable[[], None] | None = None) -> None:
    """Serve until interrupted, then write what is left."""
    server = service.server()

    async def run() -> None:
        started: Awaitable[None] = asyncio.ensure_future(server.serve(sockets=[sock]))
        while not server.started and not server.should_exit:
            await asyncio.sleep(0.01)
        if on_ready:
            on_ready()
        await started

    try:
        asyncio.run(run())
    finally:
        service.emulator.close()
        sock.close()
