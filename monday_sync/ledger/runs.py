"""The runs on a board: what each was to do, when, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from monday_sync.ledger.schema import RUNS
from monday_sync.ledger.sets import select, upsert
from warehouse import Session, Warehouse


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the ledger records it. ``outcome`` is RUNNING, DONE, STOPPED or FAILED.

    ``pipeline_run_id`` is the id of the whole run that it was a part of, if it was.
    """

    run_id: str
    kind: str
    board_id: str
    started_at: dt.datetime
    of_run: str | None = None
    plan_id: str | None = None
    is_test: int = 0
    outcome: str = "RUNNING"
    message: str | None = None
    result: str | None = None
    ended_at: dt.datetime | None = None
    pipeline_run_id: str | None = None


#: Fields of a run, and the columns that they stand in.
_COLUMNS = {name: {"message": "sentence"}.get(name, name) for name in Run.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class RunBook:
    """The runs on one board.

    Args:
        session: opens a short session with the ledger's tables in place.
    """

    warehouse: Warehouse
    board_id: str
    session: Callable[[], AbstractContextManager[Session]]

    def save(self, run: Run) -> None:
        """Record a run's beginning or end."""
        with self.session() as session:
            upsert(session, RUNS, [{column: getattr(run, name) for name, column in _COLUMNS.items()}])

    def save_result(self, run_id: str, result: str) -> None:
        """Replace the result of a run that is over."""
        with self.session() as session:
            upsert(session, RUNS, [{"run_id": run_id, "result": result}])

    def latest(self, *, limit: int | None = None, run_id: str | None = None) -> list[Run]:
        """Runs, latest first.

        Args:
            run_id: only this run; given the id of a whole run, those that belong to it.
        """
        where, parameters = " where l.board_id = ?", [self.board_id]
        if run_id is not None:
            where += " and (l.run_id = ? or l.pipeline_run_id = ?)"
            parameters += [run_id, run_id]
        where += " order by l.started_at desc, l.run_id desc"
        with self.session() as session:
            records = select(self.warehouse, session, RUNS, where, parameters)
        return [Run(**{name: record[column] for name, column in _COLUMNS.items()}) for record in records[:limit]]
