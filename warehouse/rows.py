"""Rows for :meth:`Session.insert` and :meth:`Session.upsert`, typed as the columns they are for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from warehouse.base import Column

_ARROW = {
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "decimal": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
}


def table_of(columns: Sequence[Column], records: Iterable[Mapping[str, object]]) -> pa.Table:
    """The records by columns; what a record does not name is NULL."""
    schema = pa.schema([(column.name, _ARROW.get(column.kind, pa.string())) for column in columns])
    return pa.Table.from_pylist([dict(record) for record in records], schema=schema)
