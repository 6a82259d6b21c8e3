"""From a file to a table, which is then compared with what was written."""

from __future__ import annotations

from pathlib import Path

from operations.errors import NotRestoredError
from operations.tables import files
from operations.tables.manifest import TableFile
from operations.tables.measure import Gauge, Measure
from warehouse import Session


def load(session: Session, table: TableFile, file: Path, name: str) -> None:
    """Make the table under ``name``, which is free, and fill it; :func:`finish` adds what is best added afterwards.

    Args:
        file: as it was written; who fetched it made sure of that.

    Raises:
        NotRestoredError: what the database has now is not what was archived; the table stays, to be looked at.
    """
    catalog = session.catalog()
    with session.building():
        catalog.create(table.structure, name)
        catalog.fill(table.structure, name, files.read(file, table.format, table.types))
    differences = table.measure.differences(measured(session, name))
    if differences:
        raise NotRestoredError(
            f"{table.structure.name} did not come back as it was: {'; '.join(differences[:5])}.",
            hint="The archive is untouched. Use another place, or report this defect.",
        )


def finish(session: Session, table: TableFile, name: str, *, alone: bool = False) -> None:
    """Add keys, indexes and descriptions; unless it stands ``alone``, also references, rights and triggers."""
    catalog = session.catalog()
    catalog.complete(table.structure, name)
    if not alone:
        catalog.connect(table.structure, name)


def measured(session: Session, name: str) -> Measure:
    """What is in a table now."""
    catalog = session.catalog()
    query = catalog.exact(catalog.structure(name))
    gauge = Gauge(session.arrow(f"select * from ({query}) as t where 1 = 0").schema)  # noqa: S608 - quoted
    for _ in gauge.passing(session.batches(query)):
        pass
    return gauge.measure()
