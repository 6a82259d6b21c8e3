"""Reads and writes the ledger. Each method opens the database once at most, briefly; no statement is per row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from monday_sync.domain.archive import ArchivedOrder
from monday_sync.domain.rows import Answered, Attempt, AttemptOutcome, LedgerRow, Level, Rekey
from monday_sync.ledger.acceptances import AcceptanceBook
from monday_sync.ledger.archived import ArchivedBook
from monday_sync.ledger.baselines import BaselineBook
from monday_sync.ledger.figures import FigureBook
from monday_sync.ledger.groups import GroupBook
from monday_sync.ledger.growth import GrowthBook
from monday_sync.ledger.mappings import MappingBook
from monday_sync.ledger.plans import PlanBook
from monday_sync.ledger.runs import RunBook
from monday_sync.ledger.schema import (
    ATTEMPTS,
    ITEMS,
    RUNS,
    SUBITEMS,
    Table,
    create_missing,
)
from monday_sync.ledger.sets import parts, select, upsert
from monday_sync.ledger.trials import TrialBook
from warehouse import Session, Warehouse

_OF_LEVEL = {Level.ITEM: ITEMS, Level.SUBITEM: SUBITEMS}


class Ledger:
    """The ledger of one board in one database.

    Args:
        warehouse: the target's database.
        board_id: the board; rows of other boards are not touched.
        beside: ids of the target's other boards: their rows are not this board's.
    """

    def __init__(self, warehouse: Warehouse, board_id: str, beside: Collection[str] = ()) -> None:
        self.warehouse = warehouse
        self.board_id = board_id
        self.beside = frozenset(beside)
        self.runs = RunBook(warehouse, board_id, self.session)
        self.plans = PlanBook(warehouse, board_id, self.session)
        self.groups = GroupBook(warehouse, board_id, self.session)
        self.mappings = MappingBook(warehouse, board_id, self.session)
        self.baselines = BaselineBook(warehouse, self.session)
        self.acceptances = AcceptanceBook(warehouse, board_id, self.session)
        self.archived = ArchivedBook(warehouse, board_id, self.session)
        self.trials = TrialBook(warehouse, board_id, self.session)
        self.growth = GrowthBook(warehouse, board_id, self.session)
        self.figures = FigureBook(warehouse, board_id, self.session)
        self._ready = False
        self._open: Session | None = None

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A short session with the ledger's tables in place, never across a call to the board.

        To open the database costs more than most of what is asked of it: within a session, whatever else of the ledger
        is used uses the same one.
        """
        if self._open is not None:
            yield self._open
            return
        with self.warehouse.session() as session:
            if not self._ready:
                create_missing(session)
                self._ready = True
            self._open = session
            try:
                yield session
            finally:
                self._open = None

    def write(
        self, rows: Iterable[LedgerRow] = (), attempts: Iterable[Attempt] = (), answers: Iterable[Answered] = ()
    ) -> None:
        """Write rows, new attempts, and answers to earlier ones in one transaction.

        Of several versions of one row the last counts.
        """
        latest: dict[Level, dict[str, LedgerRow]] = {Level.ITEM: {}, Level.SUBITEM: {}}
        for row in rows:
            latest[row.level][row.key] = row
        everything: list[tuple[Table, Sequence[LedgerRow | Attempt | Answered]]] = [
            *((_OF_LEVEL[level], list(found.values())) for level, found in latest.items()),
            (ATTEMPTS, list(attempts)),
            (ATTEMPTS, list(answers)),
        ]
        if not any(values for _, values in everything):
            return
        with self.session() as session, session.transaction():
            for table, values in everything:
                upsert(session, table, [value.to_record() for value in values])

    def rows(self, level: Level, keys_from: str | None = None, *, whole: bool = False) -> dict[str, LedgerRow]:
        """Rows of the board by key: all, or those whose key is in relation ``keys_from``; ``whole``: of all boards."""
        table = _OF_LEVEL[level]
        key = table.key[0]
        of_board, parameters = ("", []) if whole else self._of_board()
        where = f" where 1 = 1{of_board}"
        if keys_from:
            where += f" and l.{key} in (select v.{key} from {self.warehouse.relation(keys_from)} v)"  # noqa: S608
        with self.session() as session:
            records = select(self.warehouse, session, table, where, parameters)
        return {str(r[key]): LedgerRow.from_record(level, r) for r in records}

    def _of_board(self) -> tuple[str, list[str]]:
        """What keeps the rows of the target's other boards out; where there is no other, all rows are the board's."""
        return (" and l.board_id = ?", [self.board_id]) if self.beside else ("", [])

    def orphan_lines(self) -> list[LedgerRow]:
        """Lines linked to subitems although their order is linked to no item."""
        items = self.warehouse.relation(ITEMS.name)
        of_board, parameters = self._of_board()
        where = (
            f" where l.monday_subitem_id is not null and not exists (select 1 from {items} i "  # noqa: S608
            f"where i.order_key = l.order_key and i.monday_item_id is not null){of_board}"
        )
        with self.session() as session:
            found = select(self.warehouse, session, SUBITEMS, where, parameters)
        return [LedgerRow.from_record(Level.SUBITEM, r) for r in found]

    def lines_of(self, order_keys: Sequence[str]) -> list[LedgerRow]:
        """The lines of some orders, whatever board they are on."""
        found: list[dict[str, Any]] = []
        with self.session() as session:
            for part in parts(list(order_keys), 1000):
                where = f" where l.order_key in ({', '.join('?' for _ in part)})"
                found += select(self.warehouse, session, SUBITEMS, where, part)
        return [LedgerRow.from_record(Level.SUBITEM, record) for record in found]

    def lines_gone_from(self, relation: str) -> list[LedgerRow]:
        """Lines linked to subitems of any board that a relation of lines has no more."""
        where = (
            " where l.monday_subitem_id is not null and not exists (select 1 from "  # noqa: S608 - quoted
            f"{self.warehouse.relation(relation)} v where v.line_key = l.line_key)"
        )
        with self.session() as session:
            return [LedgerRow.from_record(Level.SUBITEM, r) for r in select(self.warehouse, session, SUBITEMS, where)]

    def rekey(self, rekeys: Sequence[Rekey], attempts: Iterable[Attempt]) -> None:
        """Let rows go on under another key, in one transaction with the record of it."""
        with self.session() as session, session.transaction():
            self.forget_in(session, [r.old for r in rekeys if r.old.key != r.new.key])
            for level, table in _OF_LEVEL.items():
                upsert(session, table, [r.new.to_record() for r in rekeys if r.new.level is level])
            upsert(session, ATTEMPTS, [attempt.to_record() for attempt in attempts])

    def open_attempts(self) -> list[Attempt]:
        """Attempts without an outcome, oldest request first: a run that died, or an answer that never came."""
        with self.session() as session:
            records = select(
                self.warehouse,
                session,
                ATTEMPTS,
                " where l.board_id = ? and l.outcome = ? order by l.created_at, l.batch_id, l.position",
                [self.board_id, AttemptOutcome.INTENT.value],
            )
        return [Attempt.from_record(r) for r in records]

    def taken_off_by_unfinished_undos(self) -> list[LedgerRow]:
        """Rows still linked to what a rollback or cleanup archived that died before the ledger followed."""
        attempts, runs = self.warehouse.relation(ATTEMPTS.name), self.warehouse.relation(RUNS.name)
        with self.session() as session:
            found = session.rows(
                f"select a.level, a.row_key, a.item_id from {attempts} a join {runs} r on r.run_id = a.run_id "  # noqa: S608
                "where r.board_id = ? and r.kind in ('rollback', 'cleanup') and r.outcome <> 'DONE' "
                "and a.kind = 'archive' and a.outcome = 'SYNCED' and a.level in ('item', 'subitem')",
                [self.board_id],
            )
        if not found:
            return []
        archived = {(str(level), str(key), str(item_id)) for level, key, item_id in found}
        rows = (row for level in (Level.ITEM, Level.SUBITEM) for row in self.rows(level).values())
        return [row for row in rows if (row.level.value, row.key, str(row.monday_id)) in archived]

    def requests_since(self, kind: str, at: dt.datetime) -> list[tuple[str, int]]:
        """Requests of a kind since ``at``, to all boards: the first operation of each, and how many it had."""
        attempts = self.warehouse.relation(ATTEMPTS.name)
        select = f"select min(operation), count(*) from {attempts} where kind = ? and created_at > ?"  # noqa: S608
        with self.session() as session:
            found = session.rows(f"{select} group by batch_id order by batch_id", [kind, at])
        return [(str(operation), int(count)) for operation, count in found]

    def attempts_of_run(self, run_id: str) -> list[Attempt]:
        """All attempts of a run in the order they were sent."""
        return self._attempts(
            " where l.board_id = ? and l.run_id = ? order by l.created_at, l.batch_id, l.position",
            [self.board_id, run_id],
        )

    def attempts_of_orders(self, order_keys: Sequence[str]) -> list[Attempt]:
        """All attempts on some orders and their lines, oldest first."""
        if not order_keys:
            return []
        marks = ", ".join("?" for _ in order_keys)
        return self._attempts(
            f" where l.order_key in ({marks}) order by l.created_at, l.batch_id, l.position", list(order_keys)
        )

    def later_touches(self, run_id: str) -> list[tuple[str, int]]:
        """Later runs that changed rows which ``run_id`` changed, with how many; not those that were rolled back."""
        attempts, runs = self.warehouse.relation(ATTEMPTS.name), self.warehouse.relation(RUNS.name)
        with self.session() as session:
            found = session.rows(
                f"select b.run_id, count(distinct b.row_key) from {attempts} a "  # noqa: S608 - names are ours
                f"join {attempts} b on b.row_key = a.row_key and b.board_id = a.board_id and b.run_id <> a.run_id "
                f"join {runs} ra on ra.run_id = a.run_id join {runs} rb on rb.run_id = b.run_id "
                "where a.run_id = ? and a.outcome in ('SYNCED', 'NO_CALL') and b.outcome in ('SYNCED', 'NO_CALL') "
                # an order that went to another board since is left there, and named
                "and rb.kind <> 'move' "
                "and rb.started_at > ra.started_at and (rb.of_run is null or rb.of_run <> a.run_id) "
                f"and b.run_id not in (select of_run from {runs} where kind = 'rollback' and outcome = 'DONE') "
                # nor the rollbacks themselves, those included that died and were finished by another
                "and not (rb.kind = 'rollback' and rb.of_run in "
                f"(select of_run from {runs} where kind = 'rollback' and outcome = 'DONE')) "
                "and a.level in ('item', 'subitem') and b.level in ('item', 'subitem') "
                "group by b.run_id order by b.run_id",
                [run_id],
            )
        return [(str(run), int(count)) for run, count in found]

    def _attempts(self, where: str, parameters: Sequence[object]) -> list[Attempt]:
        with self.session() as session:
            return [Attempt.from_record(r) for r in select(self.warehouse, session, ATTEMPTS, where, parameters)]

    def forget_rows(self, rows: Sequence[LedgerRow]) -> None:
        """Take rows out of the ledger: their items were created by a run that is undone. One statement a level."""
        with self.session() as session, session.transaction():
            self.forget_in(session, rows)

    def take_off(
        self, orders: Iterable[ArchivedOrder], rows: Sequence[LedgerRow], run_id: str, now: dt.datetime
    ) -> None:
        """Record orders as off the board by policy, and forget their rows, in one transaction."""
        with self.session() as session, session.transaction():
            self.archived.record_in(session, orders, run_id, now)
            self.forget_in(session, rows)

    def forget_in(self, session: Session, rows: Sequence[LedgerRow]) -> None:
        """The same in a transaction that is open."""
        for level, table in _OF_LEVEL.items():
            keys = [row.key for row in rows if row.level is level]
            key = table.key[0]
            name = self.warehouse.relation(table.name)
            for part in parts(keys, 1000):
                marks = ", ".join("?" for _ in part)
                session.execute(f"delete from {name} where {key} in ({marks})", part)  # noqa: S608

    def links(self) -> tuple[int, int, set[str]]:
        """How many items and subitems are linked on this board, and boards of others that it knows."""
        names = (self.warehouse.relation(ITEMS.name), self.warehouse.relation(SUBITEMS.name))
        with self.session() as session:
            rows = session.rows(
                f"select 'item', board_id, count(monday_item_id) from {names[0]} group by board_id union all "  # noqa: S608
                f"select 'subitem', board_id, count(monday_subitem_id) from {names[1]} group by board_id"
            )
        linked = {(level, board): int(count) for level, board, count in rows}
        ours = {None, self.board_id, *self.beside}
        others = {str(board) for (_, board), count in linked.items() if board not in ours and count}
        return linked.get(("item", self.board_id), 0), linked.get(("subitem", self.board_id), 0), others
