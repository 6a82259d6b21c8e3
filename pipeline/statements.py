"""The statements of our own programs, run by run: ``pipeline_statements``, a row for each run, stage, statement.

dbt's are not among them: it runs in a process of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from console import redact
from pipeline.history import RUNS
from warehouse import Column, Kept, Tally, Warehouse, require_ours
from warehouse.rows import table_of

STATEMENTS = "pipeline_statements"
_COLUMNS = (
    Column("run_id", "text", 64, nullable=False),
    Column("stage", "text", 32, nullable=False),
    Column("statement_key", "key", nullable=False),
    Column("statement", "text", 400),
    Column("sent", "bigint"),
    Column("seconds", "decimal"),
    Column("slowest", "decimal"),
)
_KEY = ("run_id", "stage", "statement_key")
KEPT = (Kept(STATEMENTS, _COLUMNS, _KEY),)
#: So many runs are kept.
_RUNS_KEPT = 90
_RAW = re.compile(r"\bx\w+_RAW(?:__new)?\b", re.IGNORECASE)


def keep_statements(warehouse: Warehouse, run_id: str, stages: Mapping[str, Iterable[Tally]]) -> None:
    """Store what the stages of a run sent, and forget runs of long ago.

    Raises:
        ForeignRelationError: a table of somebody else's has that name.
    """
    records = [
        {"run_id": run_id, "stage": stage, "statement_key": hashlib.sha256(tally.statement.encode()).hexdigest(),
         "statement": tally.statement, "sent": tally.count, "seconds": round(tally.seconds, 6),
         "slowest": round(tally.slowest, 6)}
        for stage, tallies in stages.items()
        for tally in merged(tallies)
    ]  # fmt: skip
    kept, runs = warehouse.relation(STATEMENTS), warehouse.relation(RUNS)
    with warehouse.session() as session:
        require_ours(session, KEPT)
        session.create_table(STATEMENTS, _COLUMNS, key=_KEY)
        session.upsert(STATEMENTS, table_of(_COLUMNS, records), _KEY)
        session.execute(
            f"delete from {kept} where run_id in (select r.run_id from {runs} as r "  # noqa: S608 - quoted names
            f"where r.run_seq <= (select max(l.run_seq) from {runs} as l) - {_RUNS_KEPT})"
        )


def merged(tallies: Iterable[Tally]) -> list[Tally]:
    """One for all customers' raw tables, without secrets; the costliest first."""
    found: dict[str, Tally] = {}
    for tally in tallies:
        text = redact(_RAW.sub("x<CUSTOMER>_RAW", tally.statement))
        old = found.get(text, Tally(text, 0, 0.0, 0.0))
        found[text] = Tally(
            text, old.count + tally.count, old.seconds + tally.seconds, max(old.slowest, tally.slowest)
        )  # fmt: skip
    return sorted(found.values(), key=lambda tally: (-tally.seconds, tally.statement))
