"""Reads and writes what the monitoring keeps. Every method is one short session; no statement is per row."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from monitoring.alerts import Alert
from monitoring.kept_rows import (
    ALERT_NAMES,
    alert_of,
    alert_row,
    figure_rows,
    message_row,
    moment_of,
    naive,
    number_of,
    utc,
)
from monitoring.messages import Message
from monitoring.model import Figure, Point, State
from monitoring.rules import WINDOW
from monitoring.tables import (
    ALERT_COLUMNS,
    ALERTS,
    FIGURE_COLUMNS,
    FIGURE_KEY,
    FIGURES,
    KEPT,
    OUTBOX,
    OUTBOX_COLUMNS,
    REASON,
    SCHEMA,
)
from warehouse import Relations, Session, Warehouse, bring_up_to_date, require_whole
from warehouse.rows import table_of

#: So many runs are kept; of recovered alerts and of messages that were sent, those of so many days.
_RUNS_KEPT, _DAYS_KEPT = 90, 90
#: Who takes a message for sending and does not say within this time what became of it was killed.
_SENDING = dt.timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run of the pipeline, as far as the history tells."""

    run_id: str
    status: str
    started_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Queued:
    """A message in the outbox."""

    message_id: str
    channel: str
    run_id: str
    queued_at: dt.datetime
    title: str
    body: str
    state: str
    attempts: int
    answer: str

    @property
    def message(self) -> Message:
        """What it says."""
        return Message.from_json(self.body)


def last_run(session: Session, warehouse: Warehouse, there: Relations) -> LastRun | None:
    """The run with the highest number; ``None`` before the first."""
    if "pipeline_runs" not in there:
        return None
    runs = warehouse.relation("pipeline_runs")
    rows = session.rows(
        f"select r.run_id, r.status, r.started_at from {runs} r "  # noqa: S608 - quoted name
        f"where r.run_seq = (select max(m.run_seq) from {runs} m)"
    )
    return LastRun(str(rows[0][0]), str(rows[0][1]), utc(rows[0][2])) if rows else None


def read_history(
    session: Session, warehouse: Warehouse, there: Relations, *, runs: int = WINDOW, without: str = ""
) -> Mapping[str, list[Point]]:
    """Figures after the last ``runs`` runs, by check, the latest first.

    Args:
        without: a run that does not count: the one that is judged now.
    """
    if there.lacking((FIGURES, "pipeline_runs")):
        return {}
    kept, of_runs = warehouse.relation(FIGURES), warehouse.relation("pipeline_runs")
    rows = session.rows(
        f"select f.check_name, f.run_id, f.judged_at, f.subject, f.figure, f.state from {kept} f "  # noqa: S608
        f"join {of_runs} r on r.run_id = f.run_id where f.run_id <> ? and r.run_seq > "
        f"(select max(m.run_seq) from {of_runs} m) - ? order by r.run_seq desc, f.check_name, f.subject",
        [without, runs + 1],
    )
    found: dict[str, list[Point]] = {}
    for check, run_id, at, subject, value, state in rows:
        point = Point(str(run_id), moment_of(at), str(subject or ""), number_of(value), State(state))
        found.setdefault(str(check), []).append(point)
    return found


def read_alerts(session: Session, warehouse: Warehouse, there: Relations) -> dict[str, Alert]:
    """All alerts by key, also those that are over."""
    if ALERTS not in there:
        return {}
    rows = session.rows(f"select {', '.join(ALERT_NAMES)} from {warehouse.relation(ALERTS)}")  # noqa: S608 - ours
    return {alert.key: alert for alert in map(alert_of, rows)}


def read_outbox(session: Session, warehouse: Warehouse, there: Relations) -> list[Queued]:
    """Messages that no channel took yet, the oldest first."""
    if OUTBOX not in there:
        return []
    rows = session.rows(
        "select message_id, channel, run_id, queued_at, title, body, state, attempts, answer "  # noqa: S608
        f"from {warehouse.relation(OUTBOX)} where state in ('waiting', 'refused', 'sending') and is_test = 0 "
        "order by queued_at, message_id"
    )
    return [
        Queued(str(i), str(c), str(run or ""), moment_of(at), str(title or ""), str(body), str(state), int(tries or 0),
               str(answer or ""))
        for i, c, run, at, title, body, state, tries, answer in rows
    ]  # fmt: skip


def require_tables(session: Session) -> None:
    """Make sure, and change nothing, that the tables can be written.

    Raises:
        ForeignRelationError: under the name of one of them stands somebody else's.
        ChangedTableError: one lacks columns.
        NewerSchemaError: a newer release made them.
    """
    require_whole(session, SCHEMA)


class _OutrunError(Exception):
    """Another process was first."""


class Book:
    """Writes. The tables are made where they are missing."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def keep(
        self, run_id: str, figures: Iterable[Figure], alerts: Sequence[Alert], messages: Sequence[tuple[str, Message]],
        now: dt.datetime, *, known: Mapping[str, Alert] | None = None,
    ) -> bool:  # fmt: skip
        """Figures, alerts and the messages about them, in one transaction: what is told stands in the outbox.

        A message that stands there already was queued by another process, for the same changes.

        Args:
            known: the alerts that these follow from.

        Returns:
            Whether they were kept: nothing was, when another process changed one of the alerts meanwhile.

        Raises:
            ForeignRelationError: a table of somebody else's has the name of one of ours.
        """
        with self._warehouse.session() as session, suppress(_OutrunError):
            self._create(session)
            with session.transaction():
                queued = self._queued(session, [message.message_id for _, message in messages])
                if run_id:
                    # judged again, a run has no figure any more of what is there no more
                    session.execute(f"delete from {session.relation(FIGURES)} where run_id = ?", [run_id])  # noqa: S608
                    session.upsert(FIGURES, table_of(FIGURE_COLUMNS, figure_rows(run_id, figures, now)), FIGURE_KEY)
                    self._forget(session, now)
                if known is not None:  # after the figures: who writes those of the same run has waited for us there
                    there = read_alerts(session, self._warehouse, session.relations())
                    if any(there.get(alert.key) != known.get(alert.key) for alert in alerts):
                        raise _OutrunError
                if alerts:
                    session.upsert(ALERTS, table_of(ALERT_COLUMNS, map(alert_row, alerts)), ["alert_key"])
                new = [(name, message) for name, message in messages if message.message_id not in queued]
                if new:
                    rows = [message_row(name, message, now) for name, message in new]
                    session.upsert(OUTBOX, table_of(OUTBOX_COLUMNS, rows), ["message_id"])
            return True
        return False

    def claim(self, message_id: str, now: dt.datetime) -> bool:
        """Take a message for sending; ``False``: another process has it, or has sent it meanwhile."""
        outbox = self._warehouse.relation(OUTBOX)
        mine, at = f"being sent: {secrets.token_hex(8)}", naive(now)
        with self._warehouse.session() as session, session.transaction():
            session.execute(
                f"update {outbox} set state = 'sending', answer = ?, tried_at = ? where message_id = ? and ("  # noqa: S608
                "state in ('waiting', 'refused') or (state = 'sending' and (tried_at < ? or tried_at > ?)))",
                [mine, at, message_id, at - _SENDING, at + _SENDING],
            )
            rows = session.rows(f"select answer from {outbox} where message_id = ?", [message_id])  # noqa: S608
        return bool(rows) and rows[0][0] == mine

    def settle(self, outcomes: Sequence[Mapping[str, object]]) -> None:
        """Note what became of messages: rows with ``message_id`` and the columns that changed."""
        if not outcomes:
            return
        names = set(outcomes[0])
        columns = [column for column in OUTBOX_COLUMNS if column.name in names]
        with self._warehouse.session() as session, session.transaction():
            session.upsert(OUTBOX, table_of(columns, outcomes), ["message_id"])

    def close(self, messages: Sequence[Queued], now: dt.datetime, then: Callable[[Alert], Alert]) -> None:
        """Note that nobody will take messages, and with it what becomes of the alerts."""
        rows = [
            {"message_id": one.message_id, "state": "closed", "tried_at": naive(now),
             "answer": f"the channel is gone; before: {one.answer or 'never tried'}"[:REASON]}
            for one in messages
        ]  # fmt: skip
        columns = [column for column in OUTBOX_COLUMNS if column.name in rows[0]]
        with self._warehouse.session() as session, session.transaction():
            alerts = read_alerts(session, self._warehouse, session.relations()).values()
            changed = [new for old in alerts if (new := then(old)) != old]
            session.upsert(OUTBOX, table_of(columns, rows), ["message_id"])
            if changed:
                session.upsert(ALERTS, table_of(ALERT_COLUMNS, map(alert_row, changed)), ["alert_key"])

    def keep_trial(self, channel: str, message: Message, now: dt.datetime, outcome: Mapping[str, object]) -> None:
        """Note what ``monitor test`` sent, and what came back."""
        with self._warehouse.session() as session:
            self._create(session)
            row = message_row(channel, message, now) | {"is_test": 1} | dict(outcome)
            session.upsert(OUTBOX, table_of(OUTBOX_COLUMNS, [row]), ["message_id"])

    def _queued(self, session: Session, ids: Sequence[str]) -> set[str]:
        if not ids:
            return set()
        marks = ", ".join("?" * len(ids))
        outbox = self._warehouse.relation(OUTBOX)
        rows = session.rows(f"select message_id from {outbox} where message_id in ({marks})", list(ids))  # noqa: S608
        return {str(row[0]) for row in rows}

    def _create(self, session: Session) -> None:
        bring_up_to_date(session, SCHEMA)
        for table in KEPT:
            session.create_table(table.name, table.columns, key=table.key)

    def _forget(self, session: Session, now: dt.datetime) -> None:
        figures, runs = self._warehouse.relation(FIGURES), self._warehouse.relation("pipeline_runs")
        session.execute(
            f"delete from {figures} where run_id in (select r.run_id from {runs} as r "  # noqa: S608 - quoted names
            f"where r.run_seq <= (select max(l.run_seq) from {runs} as l) - {_RUNS_KEPT})"
        )
        before = naive(now - dt.timedelta(days=_DAYS_KEPT))
        outbox = self._warehouse.relation(OUTBOX)
        session.execute(f"delete from {outbox} where state <> 'waiting' and queued_at < ?", [before])  # noqa: S608
