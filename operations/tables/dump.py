"""From a table to a file."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from operations.tables import files
from operations.tables.manifest import Format, TableFile
from operations.tables.measure import Gauge
from warehouse import Session


def dump(session: Session, name: str, folder: Path, form: Format = "parquet") -> TableFile:
    """Write the rows of a table into ``folder`` as they are in the session's transaction, in bounded memory.

    Raises:
        StatementFailedError: there is no such table, or it could not be made again.
    """
    catalog = session.catalog()
    structure = catalog.structure(name)
    query = catalog.exact(structure)
    # a query of no row: the types of its columns without its rows
    schema: pa.Schema = session.arrow(f"select * from ({query}) as t where 1 = 0").schema  # noqa: S608 - quoted
    gauge = Gauge(schema)
    file = folder / files.file_name(structure.name, form)
    types = files.write(file, schema, gauge.passing(session.batches(query)), form)
    return TableFile(
        file=file.name,
        format=form,
        size=file.stat().st_size,
        sha256=files.sha256(file),
        structure=structure,
        types=dict(types),
        measure=gauge.measure(),
    )
