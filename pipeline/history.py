"""The history of runs in the database: ``pipeline_runs``, a row per run, and ``pipeline_stages``, a row per stage."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from console import redact
from pipeline import migrations
from pipeline.model import PastRun, RunReport, Status
from warehouse import Column, Kept, Schema, Session, Warehouse, bring_up_to_date, migrations_in, require_whole
from warehouse.rows import table_of

RUNS = "pipeline_runs"
STAGES = "pipeline_stages"
_MESSAGE = 1000
#: What is said of a run that ended without a word.
KILLED = "The process was killed; the next run carries on."
_UNFINISHED = "unfinished"
_RUN_COLUMNS = (
    Column("run_id", "text", 64, nullable=False),
    Column("target", "text", 64),
    Column("source", "text", 1000),
    Column("started_at", "timestamp"),
    Column("ended_at", "timestamp"),
    Column("seconds", "decimal"),
    Column("status", "text", 16),
    Column("sentence", "text", _MESSAGE),
    Column("options", "text"),
    Column("orders", "integer"),
    Column("changes", "integer"),
    Column("failed", "integer"),
    # what the build was made of, see pipeline.fingerprint; null: this run left the build alone
    Column("fingerprint", "key"),
    # the order of the runs: a clock may be set back, and a number that only grows may not
    Column("run_seq", "bigint"),
)
_STAGE_COLUMNS = (
    Column("run_id", "text", 64, nullable=False),
    Column("stage", "text", 32, nullable=False),
    Column("position", "integer"),
    Column("status", "text", 16),
    Column("seconds", "decimal"),
    Column("stage_rows", "bigint"),
    Column("sentence", "text", _MESSAGE),
    Column("figures", "text"),
    # dbt's own ids of what it ran, as its relations' marks name them
    Column("invocations", "text", 400),
)
#: The tables of the history.
KEPT = (Kept(RUNS, _RUN_COLUMNS, ("run_id",)), Kept(STAGES, _STAGE_COLUMNS, ("run_id", "stage")))
#: Their version, and the way there.
SCHEMA = Schema("pipeline", KEPT, migrations_in(migrations))


class History:
    """Reads and writes the history of one target. Every method is one short session."""

    def __init__(self, warehouse: Warehouse, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._warehouse, self._now = warehouse, now

    def begin(
        self, run_id: str, *, started_at: datetime, source: str, options: dict[str, object]
    ) -> tuple[PastRun, ...]:
        """Note that a run began. Runs that still count as running were killed (the caller holds the lock): these.

        Raises:
            ForeignRelationError: a table of somebody else's has the name of one of ours.
        """
        runs = self._warehouse.relation(RUNS)
        with self._warehouse.session() as session:
            _create(session)
            _mask_what_was_stored(session, runs)
            number = self._next_number(session)
            killed = [
                PastRun(past, began.replace(tzinfo=UTC), 0.0, Status.DIED, KILLED, None, None, None)
                for past, began in session.rows(
                    f"select run_id, started_at from {runs} where status = ?",  # noqa: S608 - quoted name
                    [Status.RUNNING.value],
                )
            ]
            with session.transaction():
                session.execute(
                    f"update {runs} set status = ?, sentence = ? where status = ?",  # noqa: S608 - quoted name
                    [Status.DIED.value, KILLED, Status.RUNNING.value],
                )
                session.insert(
                    RUNS,
                    table_of(
                        _RUN_COLUMNS,
                        [
                            {
                                "run_id": run_id,
                                "target": self._warehouse.target.name,
                                "source": redact(source),
                                "started_at": _naive(started_at),
                                "status": Status.RUNNING.value,
                                "options": json.dumps(options, ensure_ascii=False, default=str),
                                "run_seq": number,
                            }
                        ],
                    ),
                )
        return tuple(killed)

    def _next_number(self, session: Session) -> int:
        """The number of the next run. Runs that a version before wrote get theirs, in the order they began."""
        runs = self._warehouse.relation(RUNS)
        last, without = session.rows(f"select max(run_seq), count(*) - count(run_seq) from {runs}")[0]  # noqa: S608
        if without:
            session.execute(
                f"update {runs} set run_seq = (select ? + n.place from (select run_id as run_ref, "  # noqa: S608
                f"row_number() over (order by started_at, run_id) as place from {runs} where run_seq is null) n "
                "where n.run_ref = run_id) where run_seq is null",
                [last or 0],
            )
        return int(last or 0) + int(without) + 1

    def _latest_first(self, session: Session) -> str:
        numbered = "run_seq" in session.columns(RUNS)  # not yet where only a version before has run
        return "order by run_seq desc" if numbered else "order by started_at desc, run_id desc"

    def begin_build(self, run_id: str) -> None:
        """Note that a build begins. Until :meth:`end_build` the relations may be half of the old, half of the new."""
        self._mark(run_id, _UNFINISHED)

    def end_build(self, run_id: str, fingerprint: str) -> None:
        """Note that the build stands, and what it was made of."""
        self._mark(run_id, fingerprint)

    def _mark(self, run_id: str, fingerprint: str) -> None:
        runs = self._warehouse.relation(RUNS)
        with self._warehouse.session() as session:
            session.execute(f"update {runs} set fingerprint = ? where run_id = ?", [fingerprint, run_id])  # noqa: S608

    def end(self, report: RunReport) -> None:
        """Note how a run ended, with its stages."""
        run = {
            "run_id": report.run_id,
            "started_at": _naive(report.started_at),
            "ended_at": _naive(self._now()),
            "seconds": round(report.seconds, 3),
            "status": report.status.value,
            "sentence": redact(report.verdict)[:_MESSAGE],
            "orders": report.figures.total("orders"),
            "changes": report.figures.board.changes,
            "failed": report.figures.board.failed,
        }
        stages = [
            {
                "run_id": report.run_id,
                "stage": stage.name,
                "position": position,
                "status": stage.status.value,
                "seconds": round(stage.seconds, 3),
                "stage_rows": stage.rows,
                "sentence": redact(stage.message)[:_MESSAGE],
                "figures": json.dumps(dict(stage.figures), ensure_ascii=False),
                "invocations": " ".join(stage.invocations)[:400] or None,
            }
            for position, stage in enumerate(report.stages, 1)
        ]
        runs = self._warehouse.relation(RUNS)
        with self._warehouse.session() as session, session.transaction():
            began = RUNS in session.relations() and session.rows(
                f"select 1 from {runs} where run_id = ?",  # noqa: S608 - quoted name
                [report.run_id],
            )
            if not began:
                return  # it was broken off before its beginning was noted
            session.upsert(RUNS, table_of([c for c in _RUN_COLUMNS if c.name in run], [run]), ["run_id"])
            session.upsert(STAGES, table_of(_STAGE_COLUMNS, stages), ["run_id", "stage"])

    def runs(self, count: int = 20, run_id: str | None = None) -> tuple[PastRun, ...]:
        """The last ``count`` runs, the latest first, or the one of this id; empty when there was none."""
        if not self._warehouse_has_history():
            return ()
        with self._warehouse.session(read_only=True) as session:
            rows = _first(
                session,
                "select run_id, started_at, seconds, status, sentence, orders, changes, failed "  # noqa: S608
                f"from {self._warehouse.relation(RUNS)} {'' if run_id is None else 'where run_id = ? '}"
                f"{self._latest_first(session)}",
                count,
                [] if run_id is None else [run_id],
            )
        return tuple(
            PastRun(
                run_id=row["run_id"],
                started_at=row["started_at"].replace(tzinfo=UTC),
                seconds=float(row["seconds"] or 0),
                status=Status(row["status"]),
                message=row["sentence"] or "",
                orders=row["orders"],
                changes=row["changes"],
                failed=row["failed"],
            )
            for row in rows
        )

    def last_fingerprint(self) -> str | None:
        """What the last build was made of; ``None`` when it failed or was never finished, or there was none."""
        if not self._warehouse_has_history():
            return None
        with self._warehouse.session(read_only=True) as session:
            rows = _first(
                session,
                f"select fingerprint from {self._warehouse.relation(RUNS)} "  # noqa: S608 - quoted name
                f"where fingerprint is not null {self._latest_first(session)}",
                1,
            )
        return rows[0]["fingerprint"] if rows and rows[0]["fingerprint"] != _UNFINISHED else None

    def _warehouse_has_history(self) -> bool:
        """Whether there is one; it is asked of a database that may be of an earlier version.

        Raises:
            ChangedTableError: a table of the history lacks what it always had.
        """
        if not self._warehouse.exists():
            return False
        with self._warehouse.session(read_only=True) as session:
            require_tables(session)
            standing = session.shapes(table.name for table in KEPT)
        return sum(found is not None for found in standing.values()) == len(KEPT)


def require_tables(session: Session) -> None:
    """Make sure, and change nothing, that a run can be noted.

    Raises:
        ForeignRelationError: under the name of a table of the history stands somebody else's.
        ChangedTableError: one lacks columns that it always had.
    """
    require_whole(session, SCHEMA)


def _create(session: Session) -> None:
    bring_up_to_date(session, SCHEMA)
    session.create_table(RUNS, _RUN_COLUMNS, key=["run_id"])
    session.create_table(STAGES, _STAGE_COLUMNS, key=["run_id", "stage"])


def _mask_what_was_stored(session: Session, runs: str) -> None:
    """Take secrets out of the sources that earlier releases kept as they were typed."""
    found = session.rows(
        f"select run_id, options from {runs} where lower(options) like '%sig=%' or lower(options) like '%://%:%@%' "  # noqa: S608
        "or lower(options) like '%key=%' or lower(options) like '%pwd=%' or lower(options) like '%password=%'"
    )
    for run_id, stored in found:
        options = json.loads(stored)
        options["source"] = redact(options.get("source", ""))
        if (healed := json.dumps(options, ensure_ascii=False)) != stored:
            session.execute(f"update {runs} set options = ? where run_id = ?", [healed, run_id])  # noqa: S608


def _first(session: Session, sql: str, count: int, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
    """The first ``count`` rows, in SQL that every engine knows (``limit`` is not)."""
    rows: list[dict[str, Any]] = []
    for batch in session.batches(sql, parameters, size=count):
        rows += batch.to_pylist()
        if len(rows) >= count:
            break
    return rows[:count]


def _naive(moment: datetime) -> datetime:
    """UTC without zone, as tables hold it."""
    return moment.astimezone(UTC).replace(tzinfo=None)
