"""Which operation of a mutation did what, read from the answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monday_sync.api.faults import Fault, Kind, fault_of, fault_of_status
from monday_sync.api.transport import Reply

_SERVER_ERROR = 500
_BAD_REQUEST = 400


@dataclass(frozen=True, slots=True)
class Done:
    """The operation took effect on this item or group."""

    id: str


#: What each operation came to, in order; or the one fault of the request as a whole.
Answer = tuple[Done | Fault, ...] | Fault


def read_answer(reply: Reply, aliases: Sequence[str], identity: str = "id") -> Answer:
    """What became of a mutation of several operations.

    Anything that cannot be read for certain is a fault of the whole request of kind ``DOUBT``: the same request is
    then sent again under the same key, and the API answers what it answered before.

    Args:
        identity: the field of each operation's answer that tells what it made.
    """
    if reply.problem is not None:
        return fault_of_status(reply.status, reply.headers, reply.problem)
    faults = faults_of(reply)
    if faults is None:
        return _unclear(reply, "errors that are no list")
    if reply.status is not None and reply.status >= _SERVER_ERROR:
        return next((f for f in faults if f.kind is Kind.DOUBT), _unclear(reply, "an error of the server"))
    by_alias = {fault.where: fault for fault in reversed(faults) if fault.where in aliases}
    general = [fault for fault in faults if fault.where not in aliases]
    if not reply.data or not isinstance(reply.data, dict):
        return _without_data(reply, aliases, by_alias, general)
    answers = tuple(
        by_alias.get(alias) or _one(reply.data.get(alias, _MISSING), identity, general) for alias in aliases
    )
    if any(answer is None for answer in answers):
        return _unclear(reply, "an answer of another shape than asked for")
    return _as_a_whole(tuple(answer for answer in answers if answer is not None))


def _one(value: object, identity: str, general: Sequence[Fault]) -> Done | Fault | None:
    """What an operation's own answer says; ``None`` when it cannot be read."""
    if value is None:
        return general[0] if general else Fault(Kind.REFUSED, None, "the API answered nothing to it")
    found = value.get(identity) if isinstance(value, dict) else None
    return Done(found) if isinstance(found, str) and found else None


def faults_of(reply: Reply) -> list[Fault] | None:
    """The faults an answer names; ``None`` when it cannot be read."""
    if reply.errors is not None and not isinstance(reply.errors, list):
        return None
    return [fault_of(error, reply.headers, reply.status) for error in reply.errors or ()]


def _without_data(
    reply: Reply, aliases: Sequence[str], by_alias: dict[str | None, Fault], general: list[Fault]
) -> Answer:
    if reply.data not in (None, {}):
        return _unclear(reply, "data that is no object")
    if all(alias in by_alias for alias in aliases):
        return _as_a_whole(tuple(by_alias[alias] for alias in aliases))
    for kind in (Kind.TOKEN, Kind.DAILY, Kind.WAIT, Kind.TOO_LARGE, Kind.FORBIDDEN):
        for fault in general:
            if fault.kind is kind:
                return fault
    if general and len(aliases) == 1:
        return (general[0],)
    refused = reply.status is not None and _BAD_REQUEST <= reply.status < _SERVER_ERROR
    if general and not by_alias and (refused or all(_before_execution(error) for error in reply.errors or ())):
        return general[0]
    return _unclear(reply, "no data for several operations")


def _before_execution(error: object) -> bool:
    """Whether GraphQL itself refused the document: such an error has places in it, but no path and no vendor's code."""
    if not isinstance(error, dict) or error.get("path"):
        return False
    extensions = error.get("extensions")
    code = str(extensions.get("code") or "") if isinstance(extensions, dict) else ""
    return code.startswith(("GRAPHQL_", "BAD_USER_INPUT", "undefinedField", "argument")) or (
        not code and bool(error.get("locations"))
    )


def _as_a_whole(answers: tuple[Done | Fault, ...]) -> Answer:
    """The same limit for every operation is the limit of the request."""
    kinds = {answer.kind if isinstance(answer, Fault) else None for answer in answers}
    first = answers[0]
    if len(kinds) == 1 and isinstance(first, Fault) and first.kind in {Kind.WAIT, Kind.DAILY, Kind.TOKEN}:
        return first
    return answers


def _unclear(reply: Reply, what: str) -> Fault:
    status = f"HTTP {reply.status}: " if reply.status not in (None, 200) else ""
    return Fault(Kind.DOUBT, None, f"{status}{what}")


_MISSING = object()
