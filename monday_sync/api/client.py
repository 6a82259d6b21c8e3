"""The API of a board, as the rest of monday_sync sees it."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

import httpx

from console import register_secret
from monday_sync.api import documents, parsing
from monday_sync.api.answers import Done
from monday_sync.api.backoff import Backoff
from monday_sync.api.costs import READ
from monday_sync.api.faults import Fault, Kind
from monday_sync.api.jobs import Jobs
from monday_sync.api.labels import add_labels
from monday_sync.api.operations import MutationRequest, Outcome, document_of, variables_of
from monday_sync.api.pacing import Pacer, Time
from monday_sync.api.reading import Reader
from monday_sync.api.retrying import Exchange
from monday_sync.api.transport import Transport
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.board.guard import is_loopback
from monday_sync.domain.estimate import ApiUse, Estimate
from monday_sync.domain.remote import BoardInfo, BoardItem, ColumnInfo, Day, Start, Whereabouts
from monday_sync.errors import RefusedError, RequestFailedError, StoppedError, TokenRevokedError

#: Seconds for a whole answer: the API's own 60, and some for the way.
TIMEOUT = 65.0
#: Times that the part of a request which met a limit is sent again before it is given back as ``retryable``.
_ROUNDS = Backoff(1.0, 60.0, tries=5)
_PAGE = 500
_MOST_ANSWERS = 0.95
#: Items that are asked for at once by id.


class HttpBoardApi:
    """Talks to one address with one token, paced. For one thread.

    Args:
        url: of the GraphQL endpoint.
        clock: seconds since some moment; only differences matter.
        sleep: waits so many seconds.
        transport: of httpx, for tests.
        timeout: seconds for a whole answer.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        transport: httpx.BaseTransport | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        host = urlsplit(url).hostname or ""
        # a proxy has no business between us and this machine
        trust_env = not is_loopback(host)
        if not is_loopback(host):
            register_secret(token)
        self._transport = Transport(url, token, timeout=timeout, trust_env=trust_env, transport=transport, clock=clock)
        self._pacer = Pacer(Time(clock, sleep))
        self._exchange = Exchange(self._transport, self._pacer, host)
        self._day, self._day_known_at = Day(None, None), 0.0
        self.jobs = Jobs(self._exchange, self._pacer.time, url, transport=transport, trust_env=trust_env)
        """Bulk import: see :class:`monday_sync.api.jobs.Jobs`."""

    def __enter__(self) -> HttpBoardApi:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close connections. The next request opens them again."""
        self._transport.close()
        self.jobs.close()

    # -- what was used, and what will be -----------------------------------------------------------------------------

    @property
    def calls(self) -> int:
        """Requests sent so far."""
        return self._pacer.calls

    @property
    def rejected(self) -> int:
        """How many of them the API rejected for a limit."""
        return self._pacer.rejected

    @property
    def points(self) -> int:
        """Complexity points spent so far."""
        return self._pacer.points

    @property
    def use(self) -> ApiUse:
        """How the API answered so far."""
        took = sorted(self._pacer.answer_seconds)
        p95 = took[math.ceil(len(took) * _MOST_ANSWERS) - 1] if took else None
        return ApiUse(self.calls, self.rejected, self._exchange.retried, round(self._exchange.waited, 3), p95)

    @property
    def spent_calls(self) -> float:
        """Calls as the day's limit counts them."""
        return self._pacer.spent_calls

    def allow_calls(self, calls: float | None) -> None:
        """Spend at most so many calls from now on: the next one raises ``DailyLimitError``. ``None`` lifts it."""
        self._pacer.allow(calls)

    def batch_size(self, kind: str) -> int:
        """How many operations of a kind the next request should hold, by budget, time limit and what is learnt.

        Args:
            kind: create, change, move, archive or create_group.
        """
        return self._pacer.batch_size(kind)

    def estimate(
        self, counts: Mapping[str, int], *, items_to_read: int = 0, daily_calls: int | None = None
    ) -> Estimate:
        """What it will take to send so many operations by kind and to read so many items.

        Args:
            counts: operations by kind, as for :meth:`batch_size`.
            daily_calls: the day's calls, to say which share of them it is.
        """
        pages = -(-items_to_read // self._pacer.page_size(READ, _PAGE))
        return self._pacer.estimate(counts, {READ: pages} if pages else {}, daily_calls)

    # -- reading -----------------------------------------------------------------------------------------------------

    def start(self, board_ids: Sequence[str]) -> Start:
        """Whose token it is, and these boards; also learns what :attr:`day` tells.

        Raises:
            TokenRevokedError: nobody's.
            RefusedError: there is no such board that the token may see.
        """
        today = dt.datetime.now(dt.UTC).date().isoformat()
        me, boards, day, versions = self._exchange.query(
            "start", {"board_ids": list(board_ids)},
            lambda data: (parsing.me(data), parsing.boards(data), parsing.day(data, today), parsing.versions(data)),
            optional=("platform_api", "versions"),
        )  # fmt: skip
        if me is None:
            raise TokenRevokedError("The API does not know the token.", hint="Set MONDAY_API_TOKEN to a valid token.")
        for board_id in board_ids:
            if board_id not in boards:
                raise _no_board(board_id)
        self._day, self._day_known_at = day, self._pacer.spent_calls
        return Start(me, boards, versions)

    @property
    def day(self) -> Day:
        """Calls of the account today, as far as the API said at the last :meth:`start`, with ours since then."""
        used = self._day.used
        return Day(self._day.limit, None if used is None else used + self._pacer.spent_calls - self._day_known_at)

    def board(self, board_id: str) -> BoardInfo:
        """A board with its groups, columns and labels.

        Raises:
            RefusedError: there is none that the token may see.
        """
        found = self._exchange.query("board", {"board_id": board_id}, parsing.board)
        if found is None:
            raise _no_board(board_id)
        return found

    def items(
        self, board: BoardConfig, *, ids: Iterable[str] | None = None, group: str | None = None
    ) -> Iterator[BoardItem]:
        """Items with their subitems: those with the given ids (any state), of a group, or all active ones.

        Items that are gone, or on another board by now, are left out.
        """
        reader = Reader(self._exchange, self._pacer, board)
        return reader.all(group) if ids is None else reader.by_ids(ids)

    def where(self, board: BoardConfig, ids: Iterable[str]) -> dict[str, Whereabouts]:
        """Where items and subitems are, whatever their state and board, by id; those that nobody knows are left out."""
        return Reader(self._exchange, self._pacer, board).where(ids)

    def find(self, board: BoardConfig, column_id: str, texts: Iterable[str]) -> Iterator[BoardItem]:
        """Active items whose text column shows one of the texts (the API takes upper and lower case for the same)."""
        return Reader(self._exchange, self._pacer, board).by_texts(column_id, texts)

    # -- writing -----------------------------------------------------------------------------------------------------

    def add_labels(self, board_id: str, column_id: str, labels: Iterable[str]) -> ColumnInfo:
        """See that a dropdown column has these labels; what others add meanwhile stays. Returns the column.

        Raises:
            RequestFailedError: the column is no dropdown, or the token may not change it.
        """
        return add_labels(self._exchange, board_id, column_id, labels)

    def mutate(self, request: MutationRequest) -> tuple[Outcome, ...]:
        """Send operations in one request, and say what became of each.

        Limits and locks are waited for. When some operations took effect and others met a limit, only the latter are
        sent again, under a key derived from the request's: sent again as a whole after a crash, the request walks the
        same way through the answers that the API kept.

        Raises:
            InDoubtError: no readable answer; send the same request again while its key is young.
            RequestFailedError: refused as a whole; nothing took effect.
            DailyLimitError, TokenRevokedError, StoppedError: this sending had no effect; the run should end.
        """
        outcomes: dict[int, Outcome] = {}
        left = list(range(len(request.operations)))
        for attempt, pause in enumerate(_ROUNDS.pauses()):
            if not left:
                break
            key = request.idempotency_key if attempt == 0 else f"{request.idempotency_key}-{attempt}"
            try:
                found, limit = self._send(request, left, key)
            except (StoppedError, RequestFailedError) as error:
                if not outcomes:
                    raise
                # what took effect must be told; the next request will meet the same and end the run
                stopped = isinstance(error, StoppedError)
                found = [Outcome(i, False, None, None, 0, None, error.message, retryable=stopped) for i in left]
                limit = None
            for outcome in found:
                outcomes[outcome.index] = outcome
            left = [o.index for o in found if o.retryable] if limit is not None else []
            if left and limit is not None and pause is not None:
                seconds = pause if limit.wait is None else limit.wait
                self._exchange.wait(seconds, limit.message, retry=attempt + 1, of=_ROUNDS.retries)
        return tuple(outcomes[i] for i in sorted(outcomes))

    def _send(self, request: MutationRequest, indices: list[int], key: str) -> tuple[list[Outcome], Fault | None]:
        """Outcomes of some operations, and the limit that some of them met."""
        operations = [request.operations[i] for i in indices]
        names = [document_of(o) for o in operations]
        variables: dict[str, object] = {}
        for position, operation in enumerate(operations):
            variables |= documents.variables(position, variables_of(operation))
        document = documents.merged(tuple(names))
        aliases = [documents.alias(n) for n in range(len(indices))]
        counts = {name: names.count(name) for name in dict.fromkeys(names)}
        answer, reply = self._exchange.mutate(documents.Request(document, variables), key, counts, aliases)
        if isinstance(answer, Fault):
            if answer.kind is not Kind.WAIT:
                raise RequestFailedError(
                    f"The API refused the request: {answer.message}.", code=answer.code, request_id=reply.request_id
                )
            answer = (answer,) * len(indices)
        ms, request_id = round(reply.seconds * 1000), reply.request_id
        outcomes: list[Outcome] = []
        limit: Fault | None = None
        for index, part in zip(indices, answer, strict=True):
            if isinstance(part, Done):
                outcomes.append(Outcome(index, True, part.id, request_id, ms))
                continue
            held = part.kind in {Kind.WAIT, Kind.DAILY, Kind.TOKEN, Kind.FORBIDDEN}
            if part.kind is Kind.WAIT:
                limit = part
            outcomes.append(
                Outcome(index, False, None, request_id, ms, part.code, part.message, held, part.kind is Kind.GONE)
            )
        return outcomes, limit


def _no_board(board_id: str) -> RefusedError:
    return RefusedError(
        f"There is no board {board_id} that the token may see.",
        hint="Correct its id in the board's file, or use the token of a member of the board.",
    )
