"""Whether columns and rows fit into a table of SQL Server, worked out before anything is sent. Pure.

The server would refuse them one by one, with sentences that name neither the sheet's row nor the header.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.base import Column
from warehouse.errors import DoesNotFitError
from warehouse.sqlserver.statements import MAX_COLUMNS

MAX_ROW_BYTES = 8_060
#: Record header, number of columns, number of variable columns, and the mark of its version under row versioning.
_ROW_OVERHEAD = 4 + 2 + 2 + 14
_OFFSET = 2  # of each variable column
_IN_ROW = 24  # what is longer leaves the row, and a pointer of so many bytes in it
_PIECE = 8_040  # of a text on a page of its own; the pointer grows by 12 bytes for each, up to five
_LARGEST_POINTER = 72
_FIXED = {"integer": 4, "bigint": 8, "boolean": 1, "timestamp": 8, "decimal": 9}
_FIRST_BEYOND_PLANE_0 = "\U00010000"


def check(columns: Sequence[Column], pieces: Iterable[tuple[pa.Int32Array, pa.Table]], collation: str) -> None:
    """Make sure that a table of ``columns`` can be made, and hold the rows.

    Raises:
        DoesNotFitError: it cannot.
    """
    if why := why_names_do_not_fit([column.name for column in columns], collation):
        raise DoesNotFitError(f"It does not fit into a table: {why}.", hint="Rename or remove one of the columns.")
    if over := first_row_too_wide(columns, pieces):
        row, size, filled = over
        raise DoesNotFitError(
            f"Row {row} has {filled:,} filled cells, which take {size:,} bytes at least; a row of SQL Server has "
            f"{MAX_ROW_BYTES:,}.",
            hint="Remove columns that the order list does not need from the workbook.",
        )


def why_names_do_not_fit(names: Sequence[str], collation: str) -> str | None:
    """Why a table cannot have columns of these names in a database of this collation; ``None`` when it can."""
    if len(names) > MAX_COLUMNS:
        return f"it would have {len(names):,} columns; SQL Server takes {MAX_COLUMNS:,}"
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(as_compared(name, collation), name)
        if other is not name:
            return f"the columns '{other}' and '{name}' are one name for the database (collation {collation})"
    return None


def as_compared(name: str, collation: str) -> str:
    """``name`` as a collation sees it: names of which this is equal are one name.

    By the parts of the collation's name, and case never counts, since the catalog of Azure SQL has a collation of its
    own that does not tell it.
    """
    parts = set(collation.upper().split("_"))
    if not parts & {"BIN", "BIN2"}:
        width = "WS" in parts
        name = unicodedata.normalize("NFD" if width else "NFKD", name)
        modern = bool(parts & {"SC", "140", "160"}) or "UTF8" in parts
        name = "".join(c for c in name if _has_weight(c, modern=modern, marks="AI" not in parts))
    return unicodedata.normalize("NFC", name).casefold().rstrip(" ")


def _has_weight(character: str, *, modern: bool, marks: bool) -> bool:
    """Whether a collation sees a character at all: older ones know none that Unicode got after their time."""
    kind = unicodedata.category(character)
    if kind == "Cf" or (kind == "Mn" and not marks):
        return False
    if modern:
        return True
    return character < _FIRST_BEYOND_PLANE_0 and unicodedata.ucd_3_2_0.category(character) != "Cn"


def first_row_too_wide(
    columns: Sequence[Column], pieces: Iterable[tuple[pa.Int32Array, pa.Table]]
) -> tuple[int, int, int] | None:
    """The first row that is over :data:`MAX_ROW_BYTES`: its number, its bytes, how many cells of it are filled."""
    fixed = _ROW_OVERHEAD + (len(columns) + 7) // 8
    own = {column.name: column for column in columns}
    for numbers, data in pieces:
        # what our own columns hold is not among the data yet, and each is filled in every row
        extra = sum(_widest(column) for name, column in own.items() if name not in data.column_names)
        extra += sum(_FIXED.get(column.kind, 0) for column in columns)
        texts = [data.column(name) for name in data.column_names if pa.types.is_string(data.column(name).type)]
        if fixed + extra + sum(_bound(text) for text in texts) <= MAX_ROW_BYTES:
            continue
        bytes_of = pa.repeat(pa.scalar(fixed + extra, pa.int64()), data.num_rows)
        for text in texts:
            bytes_of = pc.add(bytes_of, _in_row(text))
        index = pc.index(pc.greater(bytes_of, MAX_ROW_BYTES), True).as_py()
        if index >= 0:
            filled = sum(text[index].is_valid for text in texts)
            return int(numbers[index].as_py()), int(bytes_of[index].as_py()), filled
    return None


def _widest(column: Column) -> int:
    return _OFFSET + min(2 * (column.size or 0), _IN_ROW) if column.kind == "text" else 0


def _bound(text: pa.ChunkedArray) -> int:
    longest = pc.max(pc.utf8_length(text)).as_py()
    return _OFFSET + int(_pointer(pa.array([4 * (longest or 0)], pa.int64()))[0].as_py())


def _in_row(text: pa.ChunkedArray) -> pa.Int64Array:
    """Bytes in the row of each value; an empty place costs at most its two bytes of offset."""
    lengths = pc.fill_null(pc.multiply(pc.cast(pc.utf8_length(text), pa.int64()), 2), 0)
    return pc.add(_pointer(lengths.combine_chunks()), _OFFSET)


def _pointer(size: pa.Int64Array) -> pa.Int64Array:
    pieces = pc.divide(pc.add(size, _PIECE - 1), _PIECE)
    chained = pc.min_element_wise(pc.add(pc.multiply(pieces, 12), 12), _LARGEST_POINTER)
    return pc.if_else(pc.less_equal(size, _IN_ROW), size, pc.max_element_wise(chained, _IN_ROW))
