"""What was done around the daily run: append-only tables, a row for every step, whatever became of it."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from console import plain, redact
from operations import migrations
from warehouse import Column, Kept, Schema, Session, Warehouse, bring_up_to_date, migrations_in

MAINTENANCE = "maintenance_log"
CUTOVER = "cutover_log"
LOGS = (MAINTENANCE, CUTOVER)
_COLUMNS = (
    Column("entry_id", "text", 32, nullable=False),
    # the order of the entries: a clock may be set back, and a number that only grows may not
    Column("entry_seq", "bigint", nullable=False),
    Column("written_at", "timestamp", nullable=False),
    Column("who", "text", 255),
    Column("action", "text", 64, nullable=False),
    Column("subject", "text", 255),
    Column("outcome", "text", 16, nullable=False),
    Column("message", "text", 1000),
    Column("state_before", "text", 64),
    Column("state_after", "text", 64),
    Column("seconds", "decimal"),
    Column("evidence", "text"),
)
#: The logs, with their key.
KEPT = tuple(Kept(name, _COLUMNS, ("entry_id",)) for name in LOGS)
#: Their version, and the way there.
SCHEMA = Schema("operations", KEPT, migrations_in(migrations))


@dataclass(frozen=True, slots=True)
class Entry:
    """One step.

    Args:
        action: what was done: ``backup``, ``check``, ``archive``, ...
        subject: to what: a table, an archive, a target.
        outcome: ``begun``, ``done``, ``failed`` or ``refused``.
        before, after: states, where the subject has some.
        evidence: figures and findings, as JSON knows them.
        at, who, sequence: set when it is written.
    """

    action: str
    subject: str
    outcome: str
    message: str = ""
    before: str | None = None
    after: str | None = None
    seconds: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    at: dt.datetime | None = None
    who: str | None = None
    sequence: int = 0


class Log:
    """One of the two logs of a target. Every method is one short session."""

    def __init__(self, warehouse: Warehouse, table: str = MAINTENANCE) -> None:
        self._warehouse, self._table = warehouse, table

    def write(self, entry: Entry) -> None:
        """Add a row.

        Raises:
            ForeignRelationError: a table of somebody else's has the log's name.
        """
        with self._warehouse.session() as session, self.writing(session) as write:
            write(entry)

    @contextmanager
    def writing(self, session: Session) -> Iterator[Callable[[Entry], None]]:
        """A transaction of ``session`` and a function that adds a row within it: the step and its row, or neither.

        Raises:
            ForeignRelationError: a table of somebody else's has the log's name.
        """
        bring_up_to_date(session, SCHEMA)
        session.create_table(self._table, _COLUMNS, key=("entry_id",))
        names, relation = [column.name for column in _COLUMNS], self._warehouse.relation(self._table)

        def write(entry: Entry) -> None:
            last = session.rows(f"select max(entry_seq) from {relation}")[0][0]  # noqa: S608 - quoted
            session.insert_rows(self._table, names, [_row(entry, int(last or 0) + 1)])

        with session.transaction():
            yield write

    def entries(self, *, action: str | None = None, subject: str | None = None, last: int | None = None) -> list[Entry]:
        """The rows, newest first; none where there is no log yet."""
        if not self._warehouse.exists():
            return []
        with self._warehouse.session(read_only=True) as session:
            if self._table not in session.relations():
                return []
            clauses, values = ["1 = 1"], list[object]()
            for name, value in (("action", action), ("subject", subject)):
                if value is not None:
                    clauses.append(f"{name} = ?")
                    values.append(value)
            log = self._warehouse.relation(self._table)
            rows = session.rows(
                "select action, subject, outcome, message, state_before, state_after, seconds, evidence, "  # noqa: S608
                f"written_at, who, entry_seq from {log} where {' and '.join(clauses)} "
                "order by entry_seq desc",
                values,
            )
        return [_entry(row) for row in rows[:last]]


def person() -> str:
    """Who is at work: user and machine."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        user = "unknown"
    return f"{user}@{socket.gethostname()}"


def _row(entry: Entry, number: int) -> Sequence[object]:
    at = entry.at or dt.datetime.now(dt.UTC)
    return [
        secrets.token_hex(16), number, at.astimezone(dt.UTC).replace(tzinfo=None), entry.who or person(), entry.action,
        entry.subject, entry.outcome, redact(entry.message)[:1000], entry.before, entry.after,
        None if entry.seconds is None else round(entry.seconds, 3),
        json.dumps(plain(entry.evidence), ensure_ascii=False),
    ]  # fmt: skip


def _entry(row: tuple[Any, ...]) -> Entry:
    action, subject, outcome, message, before, after, seconds, evidence, at, who, number = row
    return Entry(
        action, subject or "", outcome, message or "", before, after, None if seconds is None else float(seconds),
        json.loads(evidence or "{}"), at.replace(tzinfo=dt.UTC), who, int(number),
    )  # fmt: skip
