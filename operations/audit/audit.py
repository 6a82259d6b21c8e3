"""One audit: the sections that were asked for, in one session that changes nothing."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence

from console import ConfigurationError, OrderListError
from operations.audit.constraints import look_at_constraints
from operations.audit.indexes import look_at_indexes
from operations.audit.integrity import look_at_integrity
from operations.audit.model import Audit, Check, Section, Verdict
from operations.audit.queries import look_at_queries
from operations.audit.reader import Reader
from operations.audit.tables import look_at_tables
from warehouse import Warehouse, recording

#: By name, in the order of the report.
SECTIONS: Mapping[str, Callable[[Reader], Section]] = {
    "tables": look_at_tables,
    "integrity": look_at_integrity,
    "indexes": look_at_indexes,
    "constraints": look_at_constraints,
    "queries": look_at_queries,
}
_HELD = {
    "duckdb": "The file was open for reading only.",
    "sqlserver": "All was one transaction, which was rolled back.",
}


def audit(warehouse: Warehouse, sections: Sequence[str] = ()) -> Audit:
    """Look at a database; all sections unless some are named.

    Raises:
        ConfigurationError: there is no database yet.
    """
    began, began_at = time.monotonic(), dt.datetime.now(dt.UTC)
    if not warehouse.exists():
        raise ConfigurationError("There is no database yet.", hint="Run `pipeline run` first.")
    with recording() as recorder, warehouse.looking() as session:
        reader = Reader(session, warehouse)
        engine = reader.version
        found, said = list[Section](), set[str]()
        for name in [name for name in SECTIONS if not sections or name in sections]:
            section = _looked_at(name, reader)
            # what the engine would not show while this section was looked at
            unseen = [text for text in (*section.not_looked_at, *reader.inventory.unseen) if text not in said]
            said.update(unseen)
            found.append(Section(section.name, section.checks, section.grids, tuple(unseen)))
    return Audit(
        target=warehouse.target.name, engine=engine, held=_HELD[warehouse.target.kind], began_at=began_at,
        seconds=time.monotonic() - began, sections=tuple(found), statements=recorder.count,
    )  # fmt: skip


def _looked_at(name: str, reader: Reader) -> Section:
    """A section; one that cannot be looked at hides none of the others, and has failed."""
    try:
        return SECTIONS[name](reader)
    except OrderListError as error:
        check = Check(f"the section {name} can be looked at", Verdict.FAILED, 1, message=error.message,
                      hint=error.hint or "")  # fmt: skip
        return Section(name, (check,), not_looked_at=(f"the section {name}: {error.message}",))
