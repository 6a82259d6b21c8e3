"""A second stand-in for the API, independent of the emulator: answers what a test tells it to, one by one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from monday_sync.api import CreateItem, HttpBoardApi, MutationRequest
from monday_sync.domain.board import BoardConfig, ColumnMapping

TOKEN = "a-token-nobody-may-see"  # noqa: S105 - not a real one
URL = "http://127.0.0.1:9/v2"

BOARD = BoardConfig(
    target="test",
    api="emulator",
    board_id="1",
    subitem_board_id="2",
    items=(
        ColumnMapping("aag_order_number", "text_1", "text"),
        ColumnMapping("ex_factory_date", "date_1", "date"),
        ColumnMapping("customer_name", "dropdown_1", "dropdown"),
        ColumnMapping("unit_of_measure", "status_1", "status"),
        ColumnMapping("total_qty", "numbers_1", "numbers"),
    ),
    subitems=(ColumnMapping("size_code", "dropdown_2", "dropdown"), ColumnMapping("qty", "numbers_2", "numbers")),
    key_columns=("aag_order_number",),
)

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Clock:
    """A clock that only sleeping moves, and the naps it was asked for."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


@dataclass
class Stub:
    """Answers requests in order; the last answer stays. Keeps what it was asked."""

    answers: Sequence[Answer]
    clock: Clock = field(default_factory=Clock)
    seen: list[httpx.Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.left = list(self.answers)
        self.api = HttpBoardApi(
            URL, TOKEN, clock=self.clock, sleep=self.clock.sleep, transport=httpx.MockTransport(self._answer)
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        return answer(request)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.seen]

    @property
    def keys(self) -> list[str | None]:
        return [request.headers.get("Idempotency-Key") for request in self.seen]


def answer(
    data: object = None, errors: object = None, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """A GraphQL answer."""
    body = {"extensions": {"request_id": "req-1"}}
    if data is not None:
        body["data"] = data  # type: ignore[assignment]
    if errors is not None:
        body["errors"] = errors  # type: ignore[assignment]
    return httpx.Response(status, headers=dict(headers or {}), json=body)


def error(
    code: str | None, message: str = "no", path: list[object] | None = None, **extensions: object
) -> dict[str, Any]:
    """An entry of ``errors``."""
    found: dict[str, Any] = {"message": message, "extensions": dict(extensions)}
    if code is not None:
        found["extensions"]["code"] = code
    if path is not None:
        found["path"] = path
    return found


def ids(*numbers: int | None) -> dict[str, Any]:
    """Data of a mutation whose operations made these items."""
    made: dict[str, Any] = {f"op{n}": None if i is None else {"id": str(i)} for n, i in enumerate(numbers)}
    return made | {"complexity": {"query": 10_000 * len(numbers)}}


def request(count: int = 1, key: str = "key") -> MutationRequest:
    """A request that creates so many items."""
    return MutationRequest(key, tuple(CreateItem("1", "g", f"item {n}", {"text_1": f"A{n}"}) for n in range(count)))
