"""Landing workbooks on the server, and the yardstick: plain ``executemany`` of the same rows into the same tables."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

import pyarrow as pa

from bench.errors import MeasurementError
from bench.sqlserver.counting import CountingWarehouse
from bench.sqlserver.shares import typical
from bench.workload import Workload
from loader import land
from warehouse import Session
from warehouse.sqlserver import statements, values
from warehouse.sqlserver.connect import connect

_COPY = "__plain"
_META_COLUMNS = 5


@dataclass(frozen=True, slots=True)
class Speed:
    """Rows and cells (rows times columns, empty ones too) in how many seconds, and from how many tables.

    Tables have from 60 to 200 columns, and a cell costs what a cell costs: speeds are compared by cells.
    """

    tables: int
    rows: int
    cells: int
    seconds: float

    @property
    def rows_a_second(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds

    @property
    def cells_a_second(self) -> float:
        """Cells a second."""
        return self.cells / self.seconds


@dataclass(frozen=True, slots=True)
class Landing:
    """One landing by the loader: rows of each raw table, how fast, and what was sent for it."""

    tables: Mapping[str, int]
    speed: Speed
    statements: int
    chunks: int


def land_counted(warehouse: CountingWarehouse, work: Workload) -> Landing:
    """Land ``work`` as ``loader land --full`` does, reading and logging included.

    Raises:
        MeasurementError: a workbook was rejected, or a table has another number of rows than was reported.
    """
    with warehouse.counted() as tally:
        result = land(warehouse, str(work.folder), full=True)
    if result.landed != work.files:
        reasons = "; ".join(f"{file.file}: {file.reason}" for file in result.files if file.reason)
        raise MeasurementError(f"{result.landed} of {work.files} workbooks landed: {reasons}")
    tables = {file.raw_table: file.rows for file in result.files if file.raw_table}
    with warehouse.session() as session:
        for table, rows in tables.items():
            _expect(session, warehouse.relation(table), rows)
    cells = sum(file.rows * (file.columns + _META_COLUMNS) for file in result.files)
    speed = Speed(len(tables), result.rows, cells, result.seconds)
    return Landing(tables, speed, tally.statements, tally.chunks)


def plain_executemany(warehouse: CountingWarehouse, tables: Mapping[str, int], rows: int) -> Speed:
    """Insert landed tables, about ``rows`` rows in all, into empty tables with the same columns.

    Only inserting and committing is timed, not reading the workbooks or making the tables: the yardstick is flattered.

    Raises:
        MeasurementError: not every row arrived.
    """
    seconds, sent, cells = 0.0, 0, 0
    chosen = typical(tables, rows)
    for table in chosen:
        into, source = warehouse.relation(table + _COPY), warehouse.relation(table)
        with warehouse.session() as session:
            session.drop_table(table + _COPY)
            session.execute(f"select * into {into} from {source} where 1 = 0")  # noqa: S608 - quoted names
            data = session.arrow(f"select * from {source}")  # noqa: S608
            seconds += insert_plainly(warehouse, into, data)
            _expect(session, into, data.num_rows)
            session.drop_table(table + _COPY)
        sent += data.num_rows
        cells += data.num_rows * data.num_columns
    return Speed(len(chosen), sent, cells, seconds)


def insert_plainly(warehouse: CountingWarehouse, into: str, data: pa.Table) -> float:
    """pyodbc's ``executemany`` as it is without ``fast_executemany``, in one transaction; seconds with its commit."""
    rows, sql = values.rows(data), statements.insert(into, data.column_names)
    with closing(connect(warehouse.target)) as connection:
        connection.autocommit = False
        started = time.perf_counter()
        connection.cursor().executemany(sql, rows)
        connection.commit()
        return time.perf_counter() - started


def _expect(session: Session, relation: str, rows: int) -> None:
    ((found,),) = session.rows(f"select count(*) from {relation}")  # noqa: S608 - a quoted name
    if found != rows:
        raise MeasurementError(f"{relation} has {found:,} rows, {rows:,} were sent: a speed of losing rows is none.")
