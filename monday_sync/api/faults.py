"""What an error of the API means for us. Decided on codes first: a limit may come with HTTP 200 or 429. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from console import redact

_MESSAGE = 800


class Kind(StrEnum):
    """What the caller can do about a fault."""

    WAIT = "wait"  # a limit, a lock, or the same request still at work: nothing happened, send the same again later
    TOO_LARGE = "too large"  # more points than one request may cost: nothing happened, ask for less
    DAILY = "daily"  # the day's calls are used up
    TOKEN = "token"  # noqa: S105 - the token is not accepted
    FORBIDDEN = "forbidden"  # the token may not, or the board is full, whatever the row: nothing happened
    GONE = "gone"  # the item is not there any more
    REFUSED = "refused"  # this value or mapping is wrong
    DOUBT = "doubt"  # the other side broke: it may have happened


@dataclass(frozen=True, slots=True)
class Fault:
    """One error.

    Args:
        wait: seconds that the API asks to wait, if it says so.
        where: the alias of the operation it is about; ``None`` when it is about the whole request.
        budget: the limit met is the points' one.
        field: it is one that an operation has for itself.
    """

    kind: Kind
    code: str | None
    message: str
    wait: float | None = None
    where: str | None = None
    budget: bool = False
    field: bool = False


# codes in lower case with nothing but letters; the API writes the same in several ways
_BUDGET = frozenset({"complexitybudgetexhausted", "complexityexception"})
_FIELD = "fieldminuteratelimitexceeded"
_WAITING = _BUDGET | {
    _FIELD, "ratelimitexceeded", "minutelimitrateexceeded", "minuteratelimitexceeded",
    "maxconcurrencyexceeded", "concurrencylimitexceeded", "ipratelimitexceeded", "idempotencyconflict",
    "resourcelocked", "locked",
}  # fmt: skip
_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(_WAITING, Kind.WAIT),
    "maxcomplexityexceeded": Kind.TOO_LARGE,
    "dailylimitexceeded": Kind.DAILY,
    **dict.fromkeys(("notauthenticated", "unauthenticated", "unauthorized", "invalidtoken"), Kind.TOKEN),
    **dict.fromkeys(("userunauthorizedexception", "itemslimitationexception"), Kind.FORBIDDEN),
    **dict.fromkeys(
        ("invaliditemidexception", "resourcenotfoundexception", "itemnotfoundexception", "invalidpulseidexception"),
        Kind.GONE,
    ),
    **dict.fromkeys(("internalservererror", "internalerror", "servererror"), Kind.DOUBT),
}
_BY_MESSAGE = (
    (re.compile(r"complexity budget exhausted", re.I), "COMPLEXITY_BUDGET_EXHAUSTED"),
    (re.compile(r"exceeds? (the )?max(imum)? complexity", re.I), "maxComplexityExceeded"),
    (re.compile(r"daily limit", re.I), "DAILY_LIMIT_EXCEEDED"),
    (re.compile(r"(rate limit|minute limit rate|concurrency limit)\b.*exceeded", re.I), "RATE_LIMIT_EXCEEDED"),
    (re.compile(r"^not authenticated", re.I), "NotAuthenticated"),
    (re.compile(r"^internal server error", re.I), "INTERNAL_SERVER_ERROR"),
)
_RESET = re.compile(r"reset in (\d+(?:\.\d+)?) seconds", re.I)
_STATUS = {
    401: (Kind.TOKEN, "the token is not accepted"),
    409: (Kind.WAIT, "the same request is still being worked on"),
    423: (Kind.WAIT, "the board is locked for a moment"),
    429: (Kind.WAIT, "a limit of the API is met"),
}
_SERVER_ERROR = 500


def fault_of(error: object, headers: Mapping[str, str], status: int | None = None) -> Fault:
    """What one entry of ``errors`` means. It may be an object or, in an older form, a text."""
    entry: Mapping[str, object] = error if isinstance(error, Mapping) else {"message": str(error)}
    extensions = entry.get("extensions")
    extensions = extensions if isinstance(extensions, Mapping) else {}
    message = " ".join(str(entry.get("message") or "the API gave no reason").split())
    code = extensions.get("code")
    if not isinstance(code, str) or not code:
        code = next((name for pattern, name in _BY_MESSAGE if pattern.search(message)), None)
    letters = re.sub(r"[^a-z]", "", (code or "").lower())
    kind = _KINDS.get(letters)
    if kind is None:
        kind = _STATUS[status][0] if status in _STATUS else Kind.REFUSED
        if status is not None and status >= _SERVER_ERROR:
            kind = Kind.DOUBT
    path = entry.get("path")
    return Fault(
        kind=kind,
        code=code,
        message=_message(message, extensions),
        wait=_wait(extensions, headers, message) if kind is Kind.WAIT else None,
        where=str(path[0]) if isinstance(path, list) and path else None,
        budget=letters in _BUDGET,
        field=letters == _FIELD,
    )


def fault_of_status(status: int | None, headers: Mapping[str, str], problem: str) -> Fault:
    """What an answer without a GraphQL body means."""
    if status in _STATUS:
        kind, message = _STATUS[status]
        return Fault(
            kind,
            f"HTTP {status}",
            f"HTTP {status}: {message}",
            wait=_wait({}, headers, "") if kind is Kind.WAIT else None,
        )
    code = None if status is None else f"HTTP {status}"
    message = problem if status is None else f"HTTP {status}: {problem}"
    refused = status is not None and 300 <= status < _SERVER_ERROR and status != 408  # noqa: PLR2004 - HTTP's numbers
    return Fault(Kind.REFUSED if refused else Kind.DOUBT, code, message)


def _wait(extensions: Mapping[str, object], headers: Mapping[str, str], message: str) -> float | None:
    seconds = _number(extensions.get("retry_in_seconds"))
    if seconds is None and (ms := _number(extensions.get("retryAfterMs"))) is not None:
        seconds = ms / 1000
    if seconds is None:
        seconds = _number(headers.get("retry-after", headers.get("Retry-After")))
    if seconds is None and (match := _RESET.search(message)):
        seconds = float(match[1])
    return seconds


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _message(message: str, extensions: Mapping[str, object]) -> str:
    """The message with what the API says about the column, for a person."""
    data = extensions.get("error_data")
    parts = [message.rstrip(".")]
    if isinstance(data, Mapping):
        for key in ("column_id", "column_name", "column_type"):
            value = data.get(key)
            if isinstance(value, str) and value not in message:
                parts.append(f"{key.replace('_', ' ')} {value}")
    return redact("; ".join(parts))[:_MESSAGE]
