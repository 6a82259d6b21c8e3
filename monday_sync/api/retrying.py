"""Sends one request until it is answered: paced, waiting where the API asks to wait, repeated where that is safe."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from console import note, wait
from monday_sync.api.answers import Answer, faults_of, read_answer
from monday_sync.api.backoff import Backoff
from monday_sync.api.documents import Request, single
from monday_sync.api.faults import Fault, Kind, fault_of_status
from monday_sync.api.limits import Use
from monday_sync.api.pacing import Pacer
from monday_sync.api.parsing import ShapeError
from monday_sync.api.transport import Reply, Transport
from monday_sync.errors import (
    DailyLimitError,
    InDoubtError,
    NotReadError,
    StoppedError,
    TokenRevokedError,
    TooLargeError,
    UnreachableError,
)

T = TypeVar("T")
#: What an answer is read as.
A = TypeVar("A", bound="Answer | Fault | None")

#: Waiting for limits and locks ends after so many seconds in all; by then it is no passing thing.
LONGEST_WAIT = 900.0
_CONNECT = Backoff(0.5, 4.0, tries=5)
_READ = Backoff(0.5, 8.0, tries=6)
_WAIT = Backoff(1.0, 60.0)
#: Rejections of one request for its points before it counts as too large.
_MOST_BUDGET_WAITS = 5
_REPLAYED = "idempotency-replayed"
_CONFLICT = 409
_LIMITS = frozenset({Kind.TOKEN, Kind.DAILY, Kind.WAIT, Kind.TOO_LARGE})


class Exchange:
    """One token's conversation with one address."""

    def __init__(self, transport: Transport, pacer: Pacer, where: str) -> None:
        self._transport, self._pacer, self._where = transport, pacer, where
        self.retried, self.waited = 0, 0.0

    def query(
        self, name: str, variables: Mapping[str, object], parse: Callable[[Mapping[str, object]], T],
        counts: Mapping[str, int] | None = None, optional: Collection[str] = (),
    ) -> T:  # fmt: skip
        """Ask, and parse the data of the answer. What cannot be read is asked again.

        Args:
            name: of the document.
            counts: what the query costs, as kinds of the pacer.
            optional: fields that need not be answered: not every token may ask for them.

        Raises:
            NotReadError: no usable answer, or a clear refusal.
            TooLargeError: the query costs too many points; ask for less.
            StoppedError: as for :meth:`mutate`.
        """
        request = Request(single(name), variables)
        problem = ""
        for tried, pause in enumerate(_READ.pauses(), 1):
            reply, fault = self._admitted(request, counts or {}, None, lambda reply: _query_fault(reply, optional))
            if fault is None and isinstance(reply.data, dict):
                try:
                    return parse(reply.data)
                except ShapeError as error:
                    fault = Fault(Kind.DOUBT, None, f"an answer of another shape than asked for ({error})")
            elif fault is None:
                fault = Fault(Kind.DOUBT, None, "an answer without data")
            if fault.kind is Kind.TOO_LARGE or (reply.timed_out and counts):
                self._pacer.costs.too_slow(counts or {})
                raise TooLargeError(f"The query {name} is too large: {fault.message}.")
            if fault.kind is not Kind.DOUBT:
                raise NotReadError(f"The API refused the query {name}: {fault.message}.")
            problem = fault.message
            if pause is not None:
                self.wait(pause, problem, retry=tried, of=_READ.retries, request_id=reply.request_id)
        raise NotReadError(
            f"The API gave no usable answer to the query {name}, {_READ.tries} times: {problem}.",
            hint="Try again later.",
        )

    def mutate(
        self, request: Request, key: str, counts: Mapping[str, int], aliases: list[str], identity: str = "id"
    ) -> tuple[Answer, Reply]:
        """Send a mutation under its key, waiting as the API asks, until it was executed or clearly refused.

        Raises:
            InDoubtError: it may have taken effect.
            DailyLimitError, TokenRevokedError, StoppedError: this sending of it was not executed.
            TooLargeError: it costs too many points and was not executed.
        """
        reply, answer = self._admitted(request, counts, key, lambda reply: read_answer(reply, aliases, identity))
        if isinstance(answer, Fault):
            if answer.kind is Kind.DOUBT:
                if reply.timed_out:
                    self._pacer.costs.too_slow(counts)
                raise InDoubtError(f"No readable answer came: {answer.message}.")
            if answer.kind is Kind.TOO_LARGE:
                self._pacer.costs.too_slow(counts)
                raise TooLargeError(
                    f"The request is too large: {answer.message}.", code=answer.code, request_id=reply.request_id
                )
            if reply.problem is not None:
                raise UnreachableError(
                    f"What answers at {self._where} is not the API: {answer.message}.",
                    hint="Correct MONDAY_API_URL, or see what stands between us and the API.",
                )
        return answer, reply

    def wait(
        self, seconds: float, why: str, *, retry: int, of: int | None = None, request_id: str | None = None
    ) -> None:
        """Wait on the pacer's clock before a request is sent again, and say why."""
        self.retried, self.waited = self.retried + 1, self.waited + seconds
        wait(seconds, f"the API at {self._where}: {why}", sleep=self._pacer.time.sleep, retry=retry, of=of,
             request_id=request_id)  # fmt: skip

    def _admitted(
        self, request: Request, counts: Mapping[str, int], key: str | None, read: Callable[[Reply], A]
    ) -> tuple[Reply, A]:
        """The first answer that is not a limit, a lock or a lack of connection, and what it was read as.

        A replayed rejection is returned as it is: the same key will not bring anything else.
        """
        waited, budget_waits, retries, connected = 0.0, 0, 0, 0
        connects, waits = _CONNECT.pauses(), _WAIT.pauses()
        while True:
            booking = self._pacer.admit(counts, Use.READ if key is None else Use.WRITE)
            reply = self._transport.execute(request, idempotency_key=key)
            what = ", ".join(f"{count} {name}" for name, count in counts.items()) or "a query"
            note(
                f"request to the API at {self._where} ({what}): {reply.problem or f'HTTP {reply.status}'}",
                request_id=reply.request_id, milliseconds=round(reply.seconds * 1000), points=reply.complexity,
            )  # fmt: skip
            if not reply.sent:
                self._pacer.not_sent(booking)
                if (pause := next(connects)) is None:
                    raise UnreachableError(
                        f"The board's API at {self._where} could not be reached: {reply.problem}.",
                        hint="See that it is up and that the network lets us through; then run again.",
                    )
                connected += 1
                self.wait(pause, f"it could not be reached ({reply.problem})", retry=connected, of=_CONNECT.retries)
                continue
            answer = read(reply)
            # of the request as a whole, and one that it was surely not executed for
            fault = answer if isinstance(answer, Fault) and answer.kind is not Kind.DOUBT else None
            kind = fault.kind if fault else None
            executed = kind not in {Kind.WAIT, Kind.DAILY, Kind.TOO_LARGE}
            self._pacer.answered(
                booking, points=reply.complexity, headers=reply.headers, seconds=reply.seconds, executed=executed,
                of_field=fault is not None and fault.field,
            )  # fmt: skip
            if fault is None or reply.headers.get(_REPLAYED, "").lower() == "true":
                return reply, answer
            if kind is Kind.DAILY:
                raise DailyLimitError(
                    f"The API allows no more calls today: {fault.message}.",
                    hint="Run again after 00:00 UTC: it carries on where this run stopped.",
                )
            if kind is Kind.TOKEN:
                raise TokenRevokedError(
                    f"The API does not accept the token: {fault.message}.",
                    hint="Set MONDAY_API_TOKEN to a valid token and run again.",
                )
            if kind is not Kind.WAIT:
                return reply, answer
            budget_waits += fault.budget
            limited = fault.budget or fault.field
            if limited and (budget_waits > _MOST_BUDGET_WAITS or not self._pacer.fits_ever(counts)):
                self._pacer.costs.too_slow(counts)
                raise TooLargeError(
                    f"The request asks for more than the API gives in a minute: {fault.message}.", code=fault.code,
                    request_id=reply.request_id,
                )  # fmt: skip
            pause = next(waits) or 0.0
            seconds = pause if fault.wait is None else fault.wait
            if waited + seconds > LONGEST_WAIT:
                if reply.status == _CONFLICT or fault.code == "IDEMPOTENCY_CONFLICT":
                    raise InDoubtError(f"The first sending of the request is still being worked on: {fault.message}.")
                raise StoppedError(
                    f"The API asked to wait for {waited + seconds:.0f} seconds in all: {fault.message}.",
                    hint="Run again later: it carries on where this run stopped.",
                )
            retries += 1
            self.wait(seconds, fault.message, retry=retries, request_id=reply.request_id)
            waited += seconds


def _query_fault(reply: Reply, optional: Collection[str] = ()) -> Fault | None:
    """The worst of a query's errors: what to wait for, before what to give up for."""
    if reply.problem is not None:
        return fault_of_status(reply.status, reply.headers, reply.problem)
    faults = faults_of(reply)
    if faults is None:
        return Fault(Kind.DOUBT, None, "errors that are no list")
    order = (Kind.TOKEN, Kind.DAILY, Kind.WAIT, Kind.TOO_LARGE, Kind.FORBIDDEN, Kind.DOUBT, Kind.REFUSED, Kind.GONE)
    if reply.data:
        faults = [f for f in faults if f.where is None or f.where not in optional or f.kind in _LIMITS]
    return min(faults, key=lambda fault: order.index(fault.kind)) if faults else None
