"""The API's endpoint (POST /v2), bulk uploads and reports over HTTP, faults included."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from board_emulator.emulator import Emulator, Reply, Request
from board_emulator.faults import JOBS, PEOPLE, Fault, FaultPlan
from board_emulator.people import People
from board_emulator.transport import KEY, Connection

_MOST_BODY = 32 * 1024 * 1024
_HTML = (
    "<!DOCTYPE html><html><head><title>Service unavailable</title></head><body><h1>Please try again</h1></body></html>"
)
_JSON = "application/json; charset=utf-8"
_DRIP_PARTS = 20


@dataclass(slots=True)
class Endpoint:
    """The ASGI app of ``/v2``. ``latency`` is how long (seconds, machine's clock) every answer takes."""

    emulator: Emulator
    faults: FaultPlan
    people: People
    latency: float = 0.0
    dice: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - repeatable, not secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        meter = self.emulator.meter
        meter.under_way += 1
        try:
            await self._serve(HttpRequest(scope, receive), scope, receive, send)
        except ClientDisconnect:
            return
        finally:
            meter.under_way -= 1

    async def _serve(self, http: HttpRequest, scope: Scope, receive: Receive, send: Send) -> None:
        if http.method != "POST":
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)
            return
        body = await http.body()
        if len(body) > _MOST_BODY:
            await Response(status_code=413)(scope, receive, send)
            return
        request = Request(
            token=http.headers.get("authorization", "").removeprefix("Bearer ").strip(), body=body,
            version=http.headers.get("api-version"), key=http.headers.get("idempotency-key"),
            ip=http.client.host if http.client else "?", base_url=f"http://{http.headers.get('host', '127.0.0.1')}",
        )  # fmt: skip
        text = body.decode("utf-8", "replace")
        found = self.faults.take(text)
        fault = found[0] if found else None
        if fault:
            self.emulator.tally.faults[fault.kind] += 1
        if self.latency:
            await self._hold(request, self.latency)
        response = await self._answer(request, fault, text, scope.get(KEY), send)
        if response is not None:
            await response(scope, receive, send)

    async def _answer(  # noqa: PLR0911, PLR0912 - one short branch for each kind of fault
        self, request: Request, fault: Fault | None, text: str, connection: Connection | None,
                      send: Send) -> Response | None:  # fmt: skip
        kind = fault.kind if fault else ""
        if fault and kind in PEOPLE and kind != "token_revoked":
            self.people.act(fault, text, self.dice)
        elif kind == "token_revoked":
            request.before_mutation = lambda number: self.emulator.revoke(request.token) if number >= 1 else None
        elif kind in JOBS:
            self.emulator.jobs.outcome = kind.removeprefix("job_")
        if kind in ("http_500", "http_502", "http_503"):
            return _gateway(int(kind[-3:]))
        if kind in ("locked", "conflict"):
            return _busy(kind)
        if kind == "reset_before" and connection:
            await connection.reset()
            return None
        if fault and kind == "delay_before":
            await self._hold(request, fault.seconds)
        reply = self.emulator.handle(request)
        if kind == "token_revoked":
            self.emulator.revoke(request.token)
            self.emulator.save()
        if kind.startswith("http_"):
            return _gateway(int(kind[5:8]))
        if fault and kind == "delay":
            await self._hold(request, fault.seconds)
        if kind in ("lost", "reset_after") and connection:
            await (connection.close() if kind == "lost" else connection.reset())
            return None
        if fault and kind in ("truncated", "drip") and connection:
            await _broken(reply, fault, connection, send)
            return None
        if kind == "html":
            return Response(_HTML, 200, media_type="text/html")
        content = _wrong_types(reply.body) if kind == "wrong_types" else reply.body
        return Response(content, reply.status, reply.headers, media_type=_JSON)

    async def _hold(self, request: Request, seconds: float) -> None:
        """Wait while the request counts as running: a repeat of its key is a conflict meanwhile."""
        if request.key:
            self.emulator.replies.hold(request.key)
        try:
            await asyncio.sleep(seconds)
        finally:
            if request.key:
                self.emulator.replies.release(request.key)


async def _broken(reply: Reply, fault: Fault, connection: Connection, send: Send) -> None:
    """Half of the answer and then the end of the stream; or all of it, drop by drop."""
    content = reply.body.encode()
    headers = [(b"content-type", _JSON.encode()), (b"content-length", str(len(content)).encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in reply.headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if fault.kind == "truncated":
        await send({"type": "http.response.body", "body": content[: len(content) // 2], "more_body": True})
        await connection.close()
        return
    size = max(1, -(-len(content) // _DRIP_PARTS))
    for at in range(0, len(content), size):
        await send({"type": "http.response.body", "body": content[at : at + size], "more_body": True})
        await asyncio.sleep(fault.seconds / _DRIP_PARTS)
    await send({"type": "http.response.body", "body": b""})


def _gateway(status: int) -> Response:
    """What a proxy in front of the API says: not GraphQL, not always JSON."""
    if status == 500:  # noqa: PLR2004 - the HTTP status
        content = {"errors": [{"message": "Internal server error",
                               "extensions": {"code": "INTERNAL_SERVER_ERROR", "status_code": 500}}]}  # fmt: skip
        return Response(json.dumps(content), 500, media_type=_JSON)
    return Response(_HTML, status, media_type="text/html")


def _busy(kind: str) -> Response:
    status, code = (423, "RESOURCE_LOCKED") if kind == "locked" else (409, "IDEMPOTENCY_CONFLICT")
    message = "The resource is locked" if status == 423 else "A request with this key is still being processed"  # noqa: PLR2004
    content = {"errors": [{"message": message, "extensions": {"code": code, "status_code": status}}]}
    return Response(json.dumps(content), status, {"Retry-After": "1"}, media_type=_JSON)


def _wrong_types(body: str) -> str:
    """The answer with ids as numbers in lists, and objects as text."""

    def bend(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: [7] if key == "id" else bend(entry) for key, entry in value.items()}
        return [bend(entry) for entry in value] if isinstance(value, list) else value

    document = json.loads(body)
    document["data"] = bend(document.get("data")) or "nothing"
    return json.dumps(document)


async def upload(http: HttpRequest, emulator: Emulator) -> Response:
    """PUT of a bulk import's file."""
    data = await http.body()

    def take() -> str | None:
        with emulator.world.lock:
            wrong = emulator.jobs.upload(http.path_params["job_id"], http.query_params.get("token", ""), data)
            emulator.save()
            return wrong

    wrong = await run_in_threadpool(take)
    return PlainTextResponse(wrong, 403) if wrong else Response(status_code=200)


def report(http: HttpRequest, emulator: Emulator) -> Response:
    """GET of a bulk import's report."""
    text = emulator.jobs.report(http.path_params["job_id"], http.query_params.get("token", ""))
    if text is None:
        return PlainTextResponse("the report link is unknown or has expired", 403)
    return Response(text, 200, media_type="text/csv; charset=utf-8")
