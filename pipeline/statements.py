"""The statements of our own programs, run by run: ``pipeline_statements``, a row for each run, stage, statement.

dbt's are not among them: it runs in a process of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from console import redact
from pipeline.history import RUNS
from pipeline.measures import SCHEMA, STATEMENT_COLUMNS, STATEMENT_KEY, STATEMENTS
from warehouse import Tally, Warehouse, bring_up_to_date
from warehouse.rows import table_of

#: So many runs are kept.
_RUNS_KEPT = 90
_RAW = re.compile(r"\bx\w+_RAW(?:__new)?\b", re.IGNORECASE)


def keep_statements(warehouse: Warehouse, run_id: str, stages: Mapping[str, Iterable[Tally]]) -> None:
    """Store what the stages of a run sent, and forget runs of long ago.

    Raises:
        ForeignRelationError, ChangedTableError, NewerSchemaError: as :func:`warehouse.bring_up_to_date`.
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
        bring_up_to_date(session, SCHEMA)
        session.create_table(STATEMENTS, STATEMENT_COLUMNS, key=STATEMENT_KEY)
        session.upsert(STATEMENTS, table_of(STATEMENT_COLUMNS, records), STATEMENT_KEY)
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
