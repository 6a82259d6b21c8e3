"""Between Arrow columns and what the driver sends and fetches. Pure."""

from __future__ import annotations

import datetime as dt
import decimal
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyodbc

CHUNK_ROWS = 10_000
CHUNK_BYTES = 64 * 2**20  # what the driver allocates for one round trip: rows x the widest value of each column
_MAX_SIZED = 4000
_MAX_BINARY = 8000
_UNSIZED_BYTES = 32
#: nvarchar(max). Left to itself the driver declares a long text as ntext, which newer collations refuse (Msg 4189).
UNLIMITED = (pyodbc.SQL_WVARCHAR, 0, 0)
_KEY_SIZE = 64
_ARROW: dict[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    dt.datetime: pa.timestamp("us"),
    dt.date: pa.date32(),
    dt.time: pa.time64("us"),
    bytes: pa.binary(),
    bytearray: pa.binary(),
}


def chunks(data: pa.Table) -> Iterator[pa.Table]:
    """``data`` in slices that fit :data:`CHUNK_ROWS` and, padded to their widest values, :data:`CHUNK_BYTES`."""
    for start in range(0, data.num_rows, CHUNK_ROWS):
        yield from _halved(data.slice(start, CHUNK_ROWS))


def _halved(piece: pa.Table) -> Iterator[pa.Table]:
    row_bytes = sum(_width(column) for column in piece.columns)
    if piece.num_rows > 1 and piece.num_rows * row_bytes > CHUNK_BYTES:
        middle = piece.num_rows // 2
        yield from _halved(piece.slice(0, middle))
        yield from _halved(piece.slice(middle))
    else:
        yield piece


def rows(data: pa.Table) -> list[tuple[Any, ...]]:
    """Rows as the driver takes them."""
    return list(zip(*(column.to_pylist() for column in data.columns), strict=True))


def input_sizes(data: pa.Table) -> list[tuple[int, int, int]]:
    """What to tell the driver of each column: type, size, digits. Without it every batch begins with a question."""
    return [_input_size(column) for column in data.columns]


def parameter_sizes(parameters: Sequence[object]) -> list[tuple[int, int, int] | None]:
    """What to tell the driver of each parameter of one statement; ``None`` leaves it to the driver.

    Texts in few sizes, so that the server need not plan a statement for every length. What is ASCII goes as varchar:
    beside an nvarchar column the server widens the parameter, whereas an nvarchar parameter beside a varchar key makes
    it convert, and so read, the whole column.
    """
    return [_parameter_size(value) if isinstance(value, str) else None for value in parameters]


def _parameter_size(text: str) -> tuple[int, int, int]:
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if units > _MAX_SIZED:
        return UNLIMITED
    size = _KEY_SIZE if units <= _KEY_SIZE else _MAX_SIZED
    return (pyodbc.SQL_VARCHAR if text.isascii() else pyodbc.SQL_WVARCHAR, size, 0)


def _input_size(column: pa.ChunkedArray) -> tuple[int, int, int]:  # noqa: PLR0911 - one return for each type
    kind = column.type
    if pa.types.is_boolean(kind):
        return (pyodbc.SQL_BIT, 0, 0)
    if pa.types.is_integer(kind):
        return (pyodbc.SQL_BIGINT, 0, 0)
    if pa.types.is_floating(kind):
        return (pyodbc.SQL_DOUBLE, 0, 0)
    if pa.types.is_decimal(kind):
        return (pyodbc.SQL_DECIMAL, kind.precision, kind.scale)
    if pa.types.is_timestamp(kind):
        return (pyodbc.SQL_TYPE_TIMESTAMP, 26, 6)
    if pa.types.is_date(kind):
        return (pyodbc.SQL_TYPE_DATE, 10, 0)
    if pa.types.is_binary(kind):
        size = binary_bytes(column)
        return (pyodbc.SQL_VARBINARY, max(size, 1) if size <= _MAX_BINARY else 0, 0)
    units = text_units(column)
    return (pyodbc.SQL_WVARCHAR, max(units, 1), 0) if units <= _MAX_SIZED else UNLIMITED


def text_units(column: pa.ChunkedArray) -> int:
    """An upper bound of the longest text in UTF-16 units (exact for ASCII): never more than bytes, or 2 a character."""
    if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
        return 0
    bound = pc.max(pc.min_element_wise(pc.binary_length(column), pc.multiply(pc.utf8_length(column), 2))).as_py()
    return int(bound or 0)


def binary_bytes(column: pa.ChunkedArray) -> int:
    """The longest value in bytes; 0 for what is not binary."""
    return int(pc.max(pc.binary_length(column)).as_py() or 0) if pa.types.is_binary(column.type) else 0


def _width(column: pa.ChunkedArray) -> int:
    return 2 * text_units(column) or binary_bytes(column) or _UNSIZED_BYTES


def document(data: pa.Table) -> str:
    """Rows as a JSON array of arrays, for OPENJSON."""
    return json.dumps(rows(data), ensure_ascii=False, default=_json, separators=(",", ":"))


def _json(value: object) -> str:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value)


def table(description: Sequence[Sequence[Any]] | None, fetched: Sequence[Sequence[Any]]) -> pa.Table:
    """Fetched rows by columns, typed by what the driver says of them."""
    fields = [pa.field(str(entry[0]), _arrow(entry)) for entry in description or ()]
    columns = list(zip(*fetched, strict=True)) if fetched else [()] * len(fields)
    arrays = [pa.array(values, type=field.type) for values, field in zip(columns, fields, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _arrow(entry: Sequence[Any]) -> pa.DataType:
    if entry[1] is decimal.Decimal:
        return pa.decimal128(max(int(entry[4]), 1), int(entry[5]))
    return _ARROW.get(entry[1], pa.string())
