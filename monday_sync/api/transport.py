"""One POST and its answer: a transport of gql's over httpx.

gql's own httpx transport loses what we need: it raises for some statuses and not for others (a 429 with a GraphQL body
becomes a plain result), forgets the headers, and quotes bodies in messages. Here the answer is kept whole: status,
headers, data, errors.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from gql import GraphQLRequest
from gql.transport import Transport as GraphQLTransport
from graphql import ExecutionResult

from console import redact

API_VERSION = "2026-10"
_MOST_BYTES = 200_000_000
#: Failures that happen before a single byte of the request is on its way.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)


class Reply(ExecutionResult):
    """An answer of the API, whatever it looks like.

    Args:
        status: HTTP status; ``None`` when no whole answer came.
        problem: why it is no GraphQL answer, as part of a sentence; ``None`` when it is one.
        sent: ``False`` when the request surely did not leave this machine.
        data, errors, extensions: as the API has them, unchecked.
    """

    __slots__ = ("headers", "problem", "seconds", "sent", "status", "timed_out")

    def __init__(
        self,
        status: int | None,
        headers: Mapping[str, str],
        body: object,
        *,
        problem: str | None = None,
        sent: bool = True,
        timed_out: bool = False,
        seconds: float = 0.0,
    ) -> None:
        found = body if isinstance(body, dict) else {}
        errors = found.get("errors")
        if errors is None and ("error_code" in found or "error_message" in found):
            errors = [_older_error(found)]
        super().__init__(found.get("data"), errors, found.get("extensions"))
        if problem is None and (not isinstance(body, dict) or ("data" not in found and errors is None)):
            problem = "an answer that is not GraphQL"
        self.status, self.headers, self.problem = status, headers, problem
        self.sent, self.timed_out, self.seconds = sent, timed_out, seconds

    @property
    def request_id(self) -> str | None:
        """The API's id of the request, for its support."""
        places: list[object] = [self.extensions]
        listed: object = self.errors
        if isinstance(listed, list):
            places += [error.get("extensions") for error in listed if isinstance(error, dict)]
        for place in places:
            if isinstance(place, dict) and isinstance(place.get("request_id"), str):
                return str(place["request_id"])
        return self.headers.get("x-request-id")

    @property
    def complexity(self) -> int | None:
        """Points that the request cost, if it asked for them and was answered."""
        asked = self.data.get("complexity") if isinstance(self.data, dict) else None
        points = asked.get("query") if isinstance(asked, dict) else None
        return points if isinstance(points, int) else None


class Transport(GraphQLTransport):
    """Sends one request at a time and never raises for what the other side did.

    Args:
        timeout: seconds for a whole answer. The API itself gives up after 60.
        transport: of httpx, for tests.
        clock: by which answers are timed.
    """

    def __init__(
        self, url: str, token: str, *, timeout: float, trust_env: bool, transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        headers = {"Authorization": token, "API-Version": API_VERSION, "User-Agent": "order-list monday-sync"}
        self._url, self._timeout, self._clock = url, timeout, clock
        self._settings: dict[str, Any] = {
            "headers": headers, "timeout": httpx.Timeout(timeout, connect=10.0), "transport": transport,
            "trust_env": trust_env,
        }  # fmt: skip
        self._client: httpx.Client | None = None

    def close(self) -> None:
        """Close connections. The next request opens them again."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def execute(self, request: GraphQLRequest, *_: object, idempotency_key: str | None = None, **__: object) -> Reply:
        """POST the request."""
        if self._client is None:
            self._client = httpx.Client(**self._settings)
        headers = {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
        begin, given_up = self._clock(), time.monotonic() + self._timeout
        try:
            with self._client.stream("POST", self._url, json=request.payload, headers=headers) as response:
                content = _content(response, given_up)
        except httpx.HTTPError as error:
            timed_out = isinstance(error, httpx.TimeoutException)
            why = redact(f"{type(error).__name__}: {error}".rstrip(": "))
            return Reply(None, {}, None, problem=why, sent=not isinstance(error, _NOT_SENT), timed_out=timed_out,
                         seconds=self._clock() - begin)  # fmt: skip
        seconds = self._clock() - begin
        try:
            body = json.loads(content)
        except ValueError:
            return Reply(response.status_code, response.headers, None, problem=_no_json(response), seconds=seconds)
        return Reply(response.status_code, response.headers, body, seconds=seconds)


def _content(response: httpx.Response, deadline: float) -> bytes:
    """The whole body; httpx limits only the wait for each piece, and a drip of pieces could go on for ever."""
    pieces: list[bytes] = []
    size = 0
    for piece in response.iter_bytes():
        pieces.append(piece)
        size += len(piece)
        if size > _MOST_BYTES:
            raise httpx.ReadError(f"the answer is longer than {_MOST_BYTES} bytes")
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("the answer did not end in time")
    return b"".join(pieces)


def _no_json(response: httpx.Response) -> str:
    kind = response.headers.get("content-type", "")
    return "an HTML page instead of JSON" if "html" in kind else "an answer that is no JSON"


def _older_error(body: Mapping[str, Any]) -> dict[str, Any]:
    """The one error of the API's older shape, in the current one."""
    data = body.get("error_data")
    return {
        "message": body.get("error_message") or body.get("error_code"),
        "extensions": {"code": body.get("error_code"), **({"error_data": data} if isinstance(data, dict) else {})},
    }
