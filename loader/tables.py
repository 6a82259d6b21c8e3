"""The loader's tables: their columns, and how a workbook is landed. All statements go through a warehouse session."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console import current_run
from loader import migrations
from loader.filenames import LONGEST_FILE_NAME
from loader.names import META_COLUMNS, is_raw_table
from loader.results import FileResult, Status
from warehouse import (
    Column,
    Kept,
    Relations,
    Schema,
    Session,
    Warehouse,
    bring_up_to_date,
    migrations_in,
    require_columns,
    require_whole,
)

if TYPE_CHECKING:  # both take long to import, and most runs land nothing
    import pyarrow as pa

    from loader.workbook import Sheet

FILE_LOG = "loader_file_log"
FILE_HEADERS = "loader_file_headers"
#: Raise it when the same bytes would land differently: every workbook is then landed anew.
FORMAT = 2

_NEW = "__new"
_LOG_COLUMNS = (
    Column("load_id", "text", 64, nullable=False),
    Column("run_id", "text", 64, nullable=False),
    Column("file", "text", LONGEST_FILE_NAME, nullable=False),
    Column("raw_table", "text", 128),
    Column("etag", "text", 128),
    Column("sha256", "key"),
    Column("bytes", "bigint"),
    Column("sheet", "text", 128),
    Column("header_row", "integer"),
    Column("rows", "integer"),
    Column("columns", "integer"),
    Column("status", "text", 16, nullable=False),
    Column("reason", "text", 2000),
    Column("seconds", "decimal"),
    Column("format", "integer"),
    Column("logged_at", "timestamp", nullable=False),
    # the order of the loads: a clock may be set back, and a number that only grows may not
    Column("load_seq", "bigint"),
    Column("source", "text", LONGEST_FILE_NAME),
    # of the whole run that the load was a part of; null: it was made on its own
    Column("pipeline_run_id", "text", 64),
)
_HEADER_COLUMNS = (
    Column("load_id", "text", 64, nullable=False),
    Column("raw_table", "text", 128, nullable=False),
    Column("file", "text", LONGEST_FILE_NAME, nullable=False),
    Column("sheet", "text", 128, nullable=False),
    Column("position", "integer", nullable=False),
    Column("header", "text"),
    Column("column_name", "text", 128, nullable=False),
    Column("note", "text", 16),
)
_LONGEST_REASON = 2000
#: What the loader keeps besides the raw tables.
KEPT = (Kept(FILE_LOG, _LOG_COLUMNS), Kept(FILE_HEADERS, _HEADER_COLUMNS))
#: Their version, and the way there.
SCHEMA = Schema("loader", KEPT, migrations_in(migrations))


@dataclass(frozen=True, slots=True)
class Load:
    """Which run a row belongs to, and when it was extracted (UTC, without zone).

    Args:
        sequence: the number of the load in this database; the later one has the greater, whatever the clock says.
        source: what the workbooks came from.
    """

    run_id: str
    load_id: str
    at: dt.datetime
    sequence: int = 1
    source: str | None = None


def require_tables(session: Session) -> None:
    """Make sure, and change nothing, that a load can write to the loader's tables.

    Raises:
        ForeignRelationError: under one of their names stands what the loader did not make.
        ChangedTableError: one lacks columns that it always had.
    """
    require_whole(session, SCHEMA)


def prepare(session: Session, raw_tables: Iterable[str] = ()) -> Relations:
    """Create the loader's tables, and clear away what a killed run left half built; returns what was there.

    A table is one of the loader's if it has the columns that the loader adds.

    Raises:
        ForeignRelationError: under one of the loader's names, or of ``raw_tables``, stands what it did not make.
        ChangedTableError: a table of the loader's lacks columns that it always had.
    """
    there = session.relations()
    left = [name for name in there if name.endswith(_NEW) and is_raw_table(name.removesuffix(_NEW))]
    if there:  # else nothing can be in the way
        require_whole(session, SCHEMA)
        require_columns(session, [*(name for name in raw_tables if name in there), *left], META_COLUMNS)
    bring_up_to_date(session, SCHEMA)
    for relation in left:
        session.drop_table(relation)
    for table in KEPT:
        if table.name not in there:
            session.create_table(table.name, table.columns)
    return there


def land_sheet(session: Session, warehouse: Warehouse, sheet: Sheet, result: FileResult, load: Load) -> None:
    """Build the sheet's table beside the old one, and put it there in one transaction with its headers and log line.

    Until it commits, everybody sees the old table; a crash leaves it.

    Raises:
        DoesNotFitError: the database has no room for such a sheet.
        StatementFailedError: it refused it.
    """
    table = result.raw_table or ""
    columns = [Column(header.column) for header in sheet.headers]
    columns += [
        Column("_source_file", "text", 400, nullable=False), Column("_source_sheet", "text", 128, nullable=False),
        Column("_source_row", "integer", nullable=False), Column("_extracted_at", "timestamp", nullable=False),
        Column("_load_id", "text", 64, nullable=False),
    ]  # fmt: skip
    session.check_fit(columns, sheet.pieces())

    def put_in_place() -> None:
        session.replace_table(table, table + _NEW)
        session.execute(f"delete from {warehouse.relation(FILE_HEADERS)} where raw_table = ?", [table])  # noqa: S608
        _insert_headers(session, sheet, result, load)
        log(session, [result], load)

    with session.building():
        session.drop_table(table + _NEW)
        session.create_table(table + _NEW, columns)
        for numbers, data in sheet.pieces():
            session.insert(table + _NEW, _with_origin(data, numbers, sheet, result, load))
        session.briefly(put_in_place)


def _with_origin(data: pa.Table, numbers: pa.Int32Array, sheet: Sheet, result: FileResult, load: Load) -> pa.Table:
    """The rows with our own columns: where each comes from, and which load brought it."""
    import pyarrow as pa  # noqa: PLC0415 - see above

    def constant(value: object, kind: pa.DataType) -> pa.Array:
        return pa.repeat(pa.scalar(value, kind), len(numbers))

    meta = (
        constant(result.file, pa.string()), constant(sheet.name, pa.string()), numbers,
        constant(load.at, pa.timestamp("us")), constant(load.load_id, pa.string()),
    )  # fmt: skip
    for name, column in zip(META_COLUMNS, meta, strict=True):
        data = data.append_column(name, column)
    return data


def _insert_headers(session: Session, sheet: Sheet, result: FileResult, load: Load) -> None:
    session.insert_rows(
        FILE_HEADERS,
        [column.name for column in _HEADER_COLUMNS],
        [
            (load.load_id, result.raw_table, result.file, sheet.name, h.position, h.text, h.column, h.note)
            for h in sheet.headers
        ],
    )


def log(session: Session, results: Sequence[FileResult], load: Load) -> None:
    """A line in the file log for each result."""
    session.insert_rows(FILE_LOG, [column.name for column in _LOG_COLUMNS], [_log_line(r, load) for r in results])


def _log_line(result: FileResult, load: Load) -> tuple[object, ...]:
    landed = result.status is Status.LANDED
    return (
        load.load_id, load.run_id, result.file, result.raw_table, result.etag, result.sha256, result.bytes,
        result.sheet, result.header_row, result.rows if landed else None, result.columns if landed else None,
        result.status.value, result.reason and result.reason[:_LONGEST_REASON], round(result.seconds, 3), FORMAT,
        load.at, load.sequence, load.source, current_run() if current_run() != load.run_id else None,
    )  # fmt: skip
