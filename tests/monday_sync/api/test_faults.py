"""What errors of the API mean: codes before HTTP, all the shapes in which the same error comes."""

from __future__ import annotations

from typing import Any

import pytest

from monday_sync.api.faults import Kind, fault_of, fault_of_status
from tests.monday_sync.api.stub import error

RATE = {"retry-after": "7"}
CASES: dict[str, tuple[Any, int, Kind, float | None]] = {
    "budget": (error("COMPLEXITY_BUDGET_EXHAUSTED", retry_in_seconds=12), 429, Kind.WAIT, 12),
    "budget with HTTP 200": (error("COMPLEXITY_BUDGET_EXHAUSTED", retry_in_seconds=12), 200, Kind.WAIT, 12),
    "older budget": (
        error("ComplexityException", "Complexity budget exhausted, reset in 9 seconds"),
        200,
        Kind.WAIT,
        7,
    ),
    "field limit": (error("FIELD_MINUTE_RATE_LIMIT_EXCEEDED", retry_in_seconds=3), 200, Kind.WAIT, 3),
    "minute limit": (error("Minute limit rate exceeded"), 429, Kind.WAIT, 7),
    "rate limit": (error("Rate Limit Exceeded"), 429, Kind.WAIT, 7),
    "rate limit in the message": (error(None, "Rate Limit Exceeded."), 200, Kind.WAIT, 7),
    "concurrency": (error("maxConcurrencyExceeded"), 429, Kind.WAIT, 7),
    "address": (error("IP_RATE_LIMIT_EXCEEDED"), 429, Kind.WAIT, 7),
    "bulk jobs": (error("RATE_LIMIT_EXCEEDED", retryAfterMs=2500), 429, Kind.WAIT, 2.5),
    "conflict": (error("IDEMPOTENCY_CONFLICT"), 409, Kind.WAIT, 7),
    "unknown code on 423": (error("SomethingNew"), 423, Kind.WAIT, 7),
    "daily": (error("DAILY_LIMIT_EXCEEDED"), 429, Kind.DAILY, None),
    "daily in the message": (error(None, "Daily limit exceeded"), 200, Kind.DAILY, None),
    "not authenticated": (error(None, "Not Authenticated"), 200, Kind.TOKEN, None),
    "unauthorized": (error("Unauthorized"), 401, Kind.TOKEN, None),
    "permission": (error("UserUnauthorizedException", path=["op1"]), 200, Kind.FORBIDDEN, None),
    "value": (error("ColumnValueException", path=["op1"]), 200, Kind.REFUSED, None),
    "gone": (error("InvalidItemIdException", path=["op1"]), 200, Kind.GONE, None),
    "too complex": (error("maxComplexityExceeded"), 200, Kind.TOO_LARGE, None),
    "server": (error("INTERNAL_SERVER_ERROR"), 200, Kind.DOUBT, None),
    "unknown on 500": (error("Boom"), 500, Kind.DOUBT, None),
    "unknown": (error("Boom"), 200, Kind.REFUSED, None),
    "a text": ("Complexity budget exhausted, query cost 30001, reset in 9 seconds", 429, Kind.WAIT, 7),
}


@pytest.mark.parametrize(("entry", "status", "kind", "wait"), CASES.values(), ids=CASES.keys())
def test_what_an_error_means(entry: Any, status: int, kind: Kind, wait: float | None) -> None:
    """Each documented error in each of its shapes leads to the one thing to do about it."""
    fault = fault_of(entry, RATE, status)
    assert (fault.kind, fault.wait) == (kind, wait)


def test_the_wait_is_read_from_wherever_it_stands() -> None:
    """The error's own seconds come before the header, the header before the message; nonsense counts as silence."""
    text = "Complexity budget exhausted, query cost 30001, reset in 9 seconds"
    assert fault_of(text, {}).wait == 9
    assert fault_of(error("COMPLEXITY_BUDGET_EXHAUSTED", retry_in_seconds=0), RATE).wait == 0
    assert fault_of(error("COMPLEXITY_BUDGET_EXHAUSTED", retry_in_seconds="soon"), {}).wait is None
    assert fault_of(error("COMPLEXITY_BUDGET_EXHAUSTED", retry_in_seconds=-5), RATE).wait == 7
    assert fault_of(error("Rate Limit Exceeded"), {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}).wait is None


def test_the_path_names_the_operation() -> None:
    """The first part of the path is the alias; a whole-request error has none."""
    assert fault_of(error("ColumnValueException", path=["op7", "id"]), {}).where == "op7"
    assert fault_of(error("ColumnValueException"), {}).where is None


def test_the_sentence_names_the_column() -> None:
    """What the API says of the column stands in the sentence, once."""
    entry = error("ColumnValueException", "invalid value.", error_data={"column_type": "numbers", "column_id": "n1"})
    assert fault_of(entry, {}).message == "invalid value; column id n1; column type numbers"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, Kind.TOKEN), (409, Kind.WAIT), (423, Kind.WAIT), (429, Kind.WAIT), (None, Kind.DOUBT), (200, Kind.DOUBT),
     (408, Kind.DOUBT), (500, Kind.DOUBT), (502, Kind.DOUBT), (404, Kind.REFUSED), (302, Kind.REFUSED)],
)  # fmt: skip
def test_what_a_status_without_graphql_means(status: int | None, kind: Kind) -> None:
    """Without a readable body the status alone decides, and silence is a doubt."""
    fault = fault_of_status(status, RATE, "an HTML page instead of JSON")
    assert fault.kind is kind
    assert fault.wait == (7 if kind is Kind.WAIT else None)
