"""``status``: counts by customer and state, and the last runs. Reads the database only."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monday_sync.commands.opening import ledger_of
from monday_sync.domain.acceptance import age_of
from monday_sync.domain.board import BoardConfig, load_boards
from monday_sync.domain.causes import Cause, causes
from monday_sync.domain.rows import LedgerRow, Level
from monday_sync.domain.selection import is_asked_for
from monday_sync.domain.state import Outcome, SyncState
from monday_sync.engine.accepted import standing_acceptances
from monday_sync.engine.context import utc_now
from monday_sync.engine.planning.follow import FOLLOWED
from monday_sync.engine.results import Problem
from monday_sync.engine.source import LINES, ORDERS, check_relations, declare_mapping
from monday_sync.errors import RefusedError
from monday_sync.ledger import Ledger, Run
from warehouse import Target, Warehouse, load_target, open_warehouse

#: Orders of which the number is looked up.
_NAMED = 500


@dataclass(frozen=True, slots=True)
class StateCounts:
    """Rows of one customer by state."""

    customer: str
    new: int = 0
    pending: int = 0
    synced: int = 0
    error: int = 0

    @property
    def total(self) -> int:
        """All rows."""
        return self.new + self.pending + self.synced + self.error


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in the list of last runs."""

    run_id: str
    kind: str
    outcome: str
    started_at: dt.datetime
    seconds: float | None
    message: str | None
    changed: int | None
    success_share: float | None
    pipeline_run_id: str | None = None


@dataclass(frozen=True, slots=True)
class BoardLine:
    """Rows that the ledger links on one of a target's boards."""

    board_id: str
    name: str | None
    items: int
    subitems: int


@dataclass(frozen=True, slots=True)
class StatusResult:
    """How database and board stand.

    Args:
        errors: rows in ERROR, those with customers asked for first; dead ones say so, with their age.
        accepted: rows in ERROR that a person accepted as they are; they are not among ``errors``.
        dead: rows given up after the policy's number of attempts.
        in_doubt: operations without an answer, that the next push settles.
        causes: what the rows in ERROR failed for, each cause once.
        archived_by_policy: orders that pushes took off the board since they were shipped long ago.
        boards: what lies on each, where the target has several.
    """

    target: str
    board_id: str
    items: tuple[StateCounts, ...]
    subitems: tuple[StateCounts, ...]
    errors: tuple[Problem, ...]
    accepted: tuple[Problem, ...]
    dead: int
    in_doubt: int
    runs: tuple[RunLine, ...]
    causes: tuple[Cause, ...] = ()
    archived_by_policy: int = 0
    boards: tuple[BoardLine, ...] = ()


def status(
    target: str | Target | None = None, customers: Sequence[str] = (), *, runs: int = 5,
    run_id: str | None = None, project_dir: Path | None = None,
) -> StatusResult:  # fmt: skip
    """Counts by customer and state, the rows in error, and the last runs.

    Args:
        run_id: list only this run, or those that belong to this whole run.

    Raises:
        RefusedError: no such run; or dbt has not built what we read.
    """
    chosen = target if isinstance(target, Target) else load_target(target, project_dir=project_dir)
    boards, warehouse = load_boards(chosen.name, chosen.project_dir / "boards"), open_warehouse(chosen)
    books = [Ledger(warehouse, board.board_id) for board in boards]
    # the rows of all boards, whichever of its ledgers is asked
    first, ledger, now = boards[0], books[0], utc_now()
    with ledger.session() as session:
        for board in boards:
            check_relations(session, board)
        declare_mapping(ledger, first, now)
    errors, accepted = _errors(books, customers, now)
    limit = runs if run_id is None else None
    listed = [run for book in books for run in book.runs.latest(limit=limit, run_id=run_id)]
    if run_id is not None and not listed:
        raise RefusedError(f"The ledger has no run {run_id}.", hint="`monday-sync status --runs 20` lists the last.")
    listed.sort(key=lambda run: (run.started_at, run.run_id), reverse=True)
    return StatusResult(
        target=first.target,
        board_id=", ".join(board.board_id for board in boards),
        items=_counts(ledger, ORDERS, customers),
        subitems=_counts(ledger, LINES, customers),
        errors=tuple(_problem(row, now) for row in errors[:200]),
        accepted=tuple(accepted[:200]),
        dead=sum(1 for row in errors if row.state.outcome is Outcome.DEAD),
        in_doubt=sum(len(book.open_attempts()) for book in books),
        runs=tuple(_line(run) for run in listed[:limit]),
        causes=_causes(ledger, first, errors),
        archived_by_policy=sum(len(book.archived.keys()) for book in books),
        boards=_linked(warehouse, boards) if len(boards) > 1 else (),
    )


def _linked(warehouse: Warehouse, boards: Sequence[BoardConfig]) -> tuple[BoardLine, ...]:
    """How many rows each board has, of a target with several."""
    found = []
    for board in boards:
        items, subitems, _ = ledger_of(warehouse, board).links()
        found.append(BoardLine(board.board_id, board.name, items, subitems))
    return tuple(found)


def _causes(ledger: Ledger, board: BoardConfig, errors: Sequence[LedgerRow]) -> tuple[Cause, ...]:
    """The causes, with the numbers of the orders that they name."""
    kinds = {kind: [row for row in errors if _kind(row) == kind] for kind in ("ERROR", "left", "given up")}
    found = [
        cause
        for kind, rows in kinds.items()
        for cause in causes(kind, ((row.order_key, row.error_message or "no reason recorded") for row in rows))
    ]
    keys = sorted({key for cause in found for key in cause.orders})
    if not keys:
        return tuple(found)
    quote, orders = ledger.warehouse.quote, ledger.warehouse.relation(ORDERS)
    marks = ", ".join("?" for _ in keys[:_NAMED])
    sql = f"select order_key, {quote(board.key_columns[0])} from {orders} where order_key in ({marks})"  # noqa: S608
    with ledger.session() as session:
        numbers = {str(key): str(number) for key, number in session.rows(sql, keys[:_NAMED]) if number is not None}
    return tuple(replace(cause, orders=tuple(numbers.get(k, k) for k in cause.orders)) for cause in found)


def _kind(row: LedgerRow) -> str:
    if row.left_as is not None and row.left_as != FOLLOWED:
        return "left"
    return "given up" if row.state.outcome is Outcome.DEAD else "ERROR"


def _counts(ledger: Ledger, relation: str, customers: Sequence[str]) -> tuple[StateCounts, ...]:
    sql = (
        f"select customer_name, sync_state, count(*) from {ledger.warehouse.relation(relation)} "  # noqa: S608
        "group by customer_name, sync_state"
    )
    with ledger.session() as session:
        rows = session.rows(sql)
    found: dict[str, dict[str, int]] = {}
    for customer, state, count in rows:
        if customer is not None and is_asked_for(customer, customers):
            found.setdefault(customer, {})[SyncState(state).value.lower()] = int(count)
    return tuple(StateCounts(customer, **counts) for customer, counts in sorted(found.items()))


def _errors(
    books: Sequence[Ledger], customers: Sequence[str], now: dt.datetime
) -> tuple[list[LedgerRow], list[Problem]]:  # fmt: skip
    """Rows in error, and those among them that are accepted."""
    ledger = books[0]
    rows = [*ledger.rows(Level.ITEM).values(), *ledger.rows(Level.SUBITEM).values()]
    failed = [
        row
        for row in rows
        if row.state.outcome in {Outcome.ERROR, Outcome.DEAD} and is_asked_for(row.customer_name, customers)
    ]
    failed.sort(key=lambda row: (row.customer_name or "", row.item_name or "", row.key))
    standing = {address: one for book in books for address, one in standing_acceptances(book).items()}
    covered = {a: one for row in failed if (one := standing.get(a := (row.level, row.key))) and one.covers(row)}
    return [row for row in failed if (row.level, row.key) not in covered], [
        replace(_problem(row, now), accepted=covered[row.level, row.key].told(now))
        for row in failed
        if (row.level, row.key) in covered
    ]


def _problem(row: LedgerRow, now: dt.datetime) -> Problem:
    age = f" {age_of(row.attempted_at, now)} ago" if row.attempted_at else ""
    dead = f" (given up{age}; `monday-sync retry` requeues it)" if row.state.outcome is Outcome.DEAD else ""
    message = f"{row.error_message or 'no reason recorded'}{dead}"
    return Problem(row.level.value, row.key, row.customer_name or "", row.item_name or "", message)


def _line(run: Run) -> RunLine:
    result = json.loads(run.result) if run.result else {}
    changed = None
    if result:
        levels = (result["items"], result["subitems"])
        changed = (
            sum(c["created"] + c["updated"] + c["archived"] + c.get("changed_board", 0) for c in levels)
            + result["groups_created"]
        )
        # results of older versions have neither, or the second under another name
        duplicates = result.get("duplicates_archived", result.get("doubles_archived", 0))
        changed += result.get("groups_archived", 0) + duplicates
    return RunLine(
        run_id=run.run_id, kind=run.kind, outcome=run.outcome, started_at=run.started_at,
        seconds=(run.ended_at - run.started_at).total_seconds() if run.ended_at else None, message=run.message,
        changed=changed, success_share=result.get("success_share"), pipeline_run_id=run.pipeline_run_id,
    )  # fmt: skip
