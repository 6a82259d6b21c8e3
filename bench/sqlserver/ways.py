"""Ways to insert rows in bulk, in one run: what the warehouse does, what it could do, and what is done plainly.

A table like a landed workbook (100 columns of text, a third of the cells empty) is filled, and what arrived is compared
with what was sent: a bulk copy has been seen to report success and to write other values.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from bench.claims import Claim, Report, ratio
from bench.errors import MeasurementError
from bench.sqlserver.counting import CountingWarehouse
from bench.sqlserver.landing import insert_plainly
from console import redact, say
from warehouse import Column
from warehouse.sqlserver import statements, values
from warehouse.sqlserver.connect import connect

AREA = "ways"
_TABLE = "bench_bulk_insert"
_LIMIT = 10
_COLUMNS = [f"c{n}" for n in range(100)]
_SEED = 46
_CHUNKS = (1_000, 5_000, 10_000)
_FEW = 300
_ROWS_IN_VALUES = 20  # a statement takes 2,100 parameters
_LONGEST_TROUBLE = 200
Fill = Callable[[CountingWarehouse, pa.Table], None]


@dataclass(frozen=True, slots=True)
class Way:
    """How fast one way was, and what went wrong with it: it failed, or what arrived is not what was sent."""

    name: str
    rows: int
    seconds: float
    trouble: str | None = None

    @property
    def speed(self) -> float:
        """Rows a second; 0 for a way that does not work here."""
        return self.rows / self.seconds if self.seconds and not self.trouble else 0.0

    def __str__(self) -> str:
        return self.trouble or f"{self.speed:,.0f} rows/s ({self.rows:,} rows)"


def measure_ways(report: Report, warehouse: CountingWarehouse, *, rows: int) -> None:
    """Each way once; slow ones get fewer rows: their speed does not depend on the number."""
    data = rows_like_a_workbook(rows)
    few = data.slice(0, _FEW)
    ours = _timed(warehouse, "warehouse's insert", data, _own)
    plain = _timed(warehouse, "pyodbc executemany", few, _plain)
    others = [_timed(warehouse, f"fast_executemany, chunks of {size:,}", data, _fast(size)) for size in _CHUNKS]
    others += [
        _timed(warehouse, f"{_ROWS_IN_VALUES} rows in one VALUES", few, _values),
        _timed(warehouse, "mssql-python executemany", data, _mssql_executemany),
        _timed(warehouse, "mssql-python bulkcopy", data, _mssql_bulkcopy),
    ]
    for way in (ours, plain):
        if way.trouble:
            raise MeasurementError(f"{way.name}: {way.trouble}")
    report.claims.append(
        Claim(AREA, "speed of the warehouse's insert / plain executemany", ratio(ours.speed, plain.speed), _LIMIT, "x",
              "at least")
    )  # fmt: skip
    report.note(AREA, **{way.name: str(way) for way in (ours, plain, *others)})


def rows_like_a_workbook(count: int) -> pa.Table:
    """``count`` rows of 100 text columns, the same every time; a third of the cells is empty."""
    chance = random.Random(_SEED)  # noqa: S311 - not a secret
    cells = ["12", "2026-03-14", "Größe 30/32", "a longer text as people type it", None, None]
    return pa.table({name: pa.array(chance.choices(cells, k=count), pa.string()) for name in _COLUMNS})


def difference(sent: pa.Table, found: list[tuple[Any, ...]]) -> str | None:
    """What is wrong with the rows ``found``, in any order; ``None`` if they are those that were sent."""
    if len(found) != sent.num_rows:
        return f"{len(found):,} rows arrived of {sent.num_rows:,}"
    wrong = sum(a != b for a, b in zip(sorted(map(repr, found)), sorted(map(repr, values.rows(sent))), strict=True))
    return f"{wrong:,} of {sent.num_rows:,} rows did not arrive as they were sent" if wrong else None


def _timed(warehouse: CountingWarehouse, name: str, data: pa.Table, fill: Fill) -> Way:
    say(f"{data.num_rows:,} rows by {name} ...")
    with warehouse.session() as session:
        session.drop_table(_TABLE)
        session.create_table(_TABLE, [Column(column) for column in _COLUMNS])
    start = time.perf_counter()
    try:
        fill(warehouse, data)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the driver's Rust is no Exception
        trouble = f"{type(error).__name__}: {' '.join(str(error).split())}"
        return Way(name, data.num_rows, 0.0, redact(trouble)[:_LONGEST_TROUBLE])
    seconds = time.perf_counter() - start
    with warehouse.session() as session:
        found = session.rows(f"select * from {warehouse.relation(_TABLE)}")  # noqa: S608 - a quoted name
        session.drop_table(_TABLE)
    return Way(name, data.num_rows, seconds, difference(data, found))


def _own(warehouse: CountingWarehouse, data: pa.Table) -> None:
    with warehouse.session() as session:
        session.insert(_TABLE, data)


def _plain(warehouse: CountingWarehouse, data: pa.Table) -> None:
    insert_plainly(warehouse, warehouse.relation(_TABLE), data)


def _fast(chunk: int) -> Fill:
    def fill(warehouse: CountingWarehouse, data: pa.Table) -> None:
        if not warehouse.has_parameter_arrays:
            raise MeasurementError("this driver has no parameter arrays that can be relied on")
        with closing(connect(warehouse.target)) as connection:
            connection.autocommit = False
            cursor = connection.cursor()
            cursor.fast_executemany = True
            for start in range(0, data.num_rows, chunk):
                piece = data.slice(start, chunk)
                cursor.setinputsizes(values.input_sizes(piece))
                cursor.executemany(statements.insert(warehouse.relation(_TABLE), data.column_names), values.rows(piece))
            connection.commit()

    return fill


def _values(warehouse: CountingWarehouse, data: pa.Table) -> None:
    with closing(connect(warehouse.target)) as connection:
        connection.autocommit = False
        cursor = connection.cursor()
        for start in range(0, data.num_rows, _ROWS_IN_VALUES):
            rows = values.rows(data.slice(start, _ROWS_IN_VALUES))
            sql = statements.insert(warehouse.relation(_TABLE), data.column_names, rows=len(rows))
            cursor.execute(sql, [value for row in rows for value in row])
        connection.commit()


def _mssql_executemany(warehouse: CountingWarehouse, data: pa.Table) -> None:
    with closing(_mssql(warehouse)) as connection:
        cursor = connection.cursor()
        sql = statements.insert(warehouse.relation(_TABLE), data.column_names)
        for piece in values.chunks(data):
            cursor.executemany(sql, values.rows(piece))
        connection.commit()


def _mssql_bulkcopy(warehouse: CountingWarehouse, data: pa.Table) -> None:
    with closing(_mssql(warehouse)) as connection:
        connection.cursor().bulkcopy(f"{warehouse.target.schema}.{_TABLE}", values.rows(data))
        connection.commit()


def _mssql(warehouse: CountingWarehouse) -> Any:
    """A connection of Microsoft's other driver; it is here for comparison and signs in by user and password only."""
    import mssql_python  # noqa: PLC0415 - only `make sqlserver-driver` installs it

    known = warehouse.target.settings
    return mssql_python.connect(
        f"SERVER={known['server']},{known['port']};Database={known['database']};UID={known['user']};"
        f"PWD={{{str(known['password']).replace('}', '}}')}}};Encrypt={'yes' if known['encrypt'] else 'no'};"
        f"TrustServerCertificate={'yes' if known['trust_cert'] else 'no'}"
    )
