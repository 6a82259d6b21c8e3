"""Ways to insert rows in bulk, on a live SQL Server, in one run: ``make bench-sqlserver``.

A table like a landed workbook (100 columns of text, most cells filled) is filled by the warehouse's own insert, by
plain ``executemany`` and by mssql-python's bulk copy, and what arrived is compared with what was sent: a bulk copy has
been seen to report success and to write other values.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import click
import pyarrow as pa

from console import ExitCode, command, print_result
from warehouse import Column, Warehouse, load_target, open_warehouse

TABLE = "bench_bulk_insert"
CLAIM = 10.0
_COLUMNS = [f"c{n}" for n in range(100)]
_SEED = 46


@dataclass(frozen=True, slots=True)
class Way:
    """How fast one way was: rows a second, and whether every value arrived as sent."""

    name: str
    rows: int
    seconds: float
    intact: bool
    trouble: str | None = None

    @property
    def speed(self) -> float:
        """Rows a second; 0 for a way that failed."""
        return self.rows / self.seconds if self.seconds and self.intact else 0.0


def rows_like_a_workbook(count: int) -> pa.Table:
    """``count`` rows of 100 text columns, the same every time; a third of the cells is empty."""
    chance = random.Random(_SEED)  # noqa: S311 - not a secret
    cells = ["12", "2026-03-14", "Größe 30/32", "a longer text as people type it", None, None]
    return pa.table({name: pa.array(chance.choices(cells, k=count), pa.string()) for name in _COLUMNS})


def measure(warehouse: Warehouse, *, rows: int, slow_rows: int) -> list[Way]:
    """Each way once. ``executemany`` gets ``slow_rows`` only: its speed does not depend on their number."""
    data = rows_like_a_workbook(rows)
    return [
        _timed(warehouse, "warehouse (fast_executemany, sized)", data, lambda piece: _own(warehouse, piece)),
        _timed(warehouse, "pyodbc executemany", data.slice(0, slow_rows), lambda piece: _plain(warehouse, piece)),
        _timed(warehouse, "mssql-python bulkcopy", data, lambda piece: _bulk_copy(warehouse, piece)),
    ]


def _timed(warehouse: Warehouse, name: str, data: pa.Table, fill: Callable[[pa.Table], None]) -> Way:
    with warehouse.session() as session:
        session.drop_table(TABLE)
        session.create_table(TABLE, [Column(column) for column in _COLUMNS])
    start = time.perf_counter()
    try:
        fill(data)
    except BaseException as error:  # a Rust panic of the driver is no Exception
        if isinstance(error, KeyboardInterrupt):
            raise
        return Way(name, data.num_rows, 0.0, intact=False, trouble=f"{type(error).__name__}: {str(error)[:200]}")
    seconds = time.perf_counter() - start
    with warehouse.session() as session:
        found = session.rows(f"select * from {warehouse.relation(TABLE)}")  # noqa: S608 - a quoted name
        session.drop_table(TABLE)
    sent = list(zip(*data.to_pydict().values(), strict=True))
    intact = sorted(map(repr, found)) == sorted(map(repr, sent))
    return Way(name, data.num_rows, seconds, intact, None if intact else "what arrived is not what was sent")


def _own(warehouse: Warehouse, data: pa.Table) -> None:
    with warehouse.session() as session, session.transaction():
        session.insert(TABLE, data)


def _plain(warehouse: Warehouse, data: pa.Table) -> None:
    from warehouse.sqlserver import statements  # noqa: PLC0415 - needs unixODBC, which no other bench does
    from warehouse.sqlserver.connect import connect  # noqa: PLC0415

    connection = connect(warehouse.target)
    connection.autocommit = False
    sql = statements.insert(warehouse.relation(TABLE), data.column_names)
    connection.cursor().executemany(sql, list(zip(*data.to_pydict().values(), strict=True)))
    connection.commit()
    connection.close()


def _bulk_copy(warehouse: Warehouse, data: pa.Table) -> None:
    import mssql_python  # noqa: PLC0415 - only `make bench-sqlserver` installs it

    known = warehouse.target.settings
    connection = mssql_python.connect(
        f"SERVER={known['server']},{known['port']};Database={known['database']};UID={known['user']};"
        f"PWD={{{str(known['password']).replace('}', '}}')}}};Encrypt={'yes' if known['encrypt'] else 'no'};"
        f"TrustServerCertificate={'yes' if known['trust_cert'] else 'no'}"
    )
    rows = list(zip(*data.to_pydict().values(), strict=True))
    connection.cursor().bulkcopy(f"{warehouse.target.schema}.{TABLE}", rows)
    connection.commit()
    connection.close()


@click.command()
@click.option("--target", default="prod", show_default=True)
@click.option("--rows", default=10_000, show_default=True, type=click.IntRange(1))
@click.option("--slow-rows", default=300, show_default=True, type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True)
@command
def main(*, target: str, rows: int, slow_rows: int, as_json: bool) -> ExitCode:
    """Compare ways to insert rows in bulk. Ends with 1 if ours is not at least 10 times plain executemany."""
    ways = measure(open_warehouse(load_target(target)), rows=rows, slow_rows=slow_rows)
    ours, plain = ways[0], ways[1]
    ratio = ours.speed / plain.speed if plain.speed else 0.0
    lines = [f"{w.name:<38}{w.speed:>10,.0f} rows/s{'  ' + w.trouble if w.trouble else ''}" for w in ways]
    print_result(
        {"ways": ways, "ratio": ratio, "claim": CLAIM},
        as_json=as_json,
        human=lambda: "\n".join([*lines, f"ours / plain executemany: {ratio:.1f} (claimed: at least {CLAIM:.0f})"]),
    )
    return ExitCode.OK if ratio >= CLAIM else ExitCode.SOME_FAILED


if __name__ == "__main__":
    sys.exit(main())
