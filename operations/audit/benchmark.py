"""What an index is worth: the common queries before and after it, in a copy of the tables."""
# ruff: noqa: S608 - all names are ours

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from console import ConfigurationError, progress, workplace
from operations.audit.rules import ITEMS, LINES, SUBITEMS
from operations.tables import dump, finish, load
from warehouse import Session, Warehouse

#: What programs ask most: a name for people, the tables, and the query, with a value of a column of the first of them.
_COMMON: tuple[tuple[str, tuple[str, ...], str | None, str], ...] = (
    ("the attempts of an order", ("monday_sync_attempts",), "order_key",
     "select count(*) from {monday_sync_attempts} as a where a.order_key = ?"),
    ("the attempts of a run", ("monday_sync_attempts",), "run_id",
     "select count(*) from {monday_sync_attempts} as a where a.run_id = ?"),
    ("attempts without an answer", ("monday_sync_attempts",), None,
     "select count(*) from {monday_sync_attempts} as a where a.outcome = 'INTENT'"),
    ("the last word on a row", ("monday_sync_attempts",), "row_key",
     "select max(a.created_at) from {monday_sync_attempts} as a where a.row_key = ?"),
    ("the subitems of an order", (SUBITEMS,), "order_key",
     f"select count(*) from {{{SUBITEMS}}} as s where s.order_key = ?"),
    ("orders by what the ledger knows", ("ORDER_LIST", ITEMS), None,
     f"select count(*) from {{ORDER_LIST}} as o left join {{{ITEMS}}} as i on i.order_key = o.order_key "
     "where i.board_hash is null"),
    ("lines by what the ledger knows", (LINES, SUBITEMS), None,
     f"select count(*) from {{{LINES}}} as l left join {{{SUBITEMS}}} as s on s.line_key = l.line_key "
     "where s.board_hash is null"),
    ("the lines of an order", (LINES,), "order_key",
     f"select count(*) from {{{LINES}}} as l where l.order_key = ?"),
    ("the orders of a customer", ("ORDER_LIST",), "customer_name",
     "select count(*) from {ORDER_LIST} as o where o.customer_name = ?"),
    ("the versions of an order", ("order_list_history",), "order_key",
     "select count(*) from {order_list_history} as h where h.order_key = ?"),
)  # fmt: skip
_TIMES = 15


@dataclass(frozen=True, slots=True)
class Timing:
    """One query: the median of some runs, in milliseconds, without and with the index."""

    query: str
    before: float
    after: float

    @property
    def times(self) -> float:
        """How many times as fast it is with the index."""
        return self.before / self.after if self.after else 1.0


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A trial.

    Args:
        copied: the tables that were copied, with their rows.
        index_seconds: how long it took to make the index.
    """

    table: str
    columns: tuple[str, ...]
    copied: tuple[tuple[str, int], ...]
    index_seconds: float
    timings: tuple[Timing, ...]


def benchmark(warehouse: Warehouse, index: str) -> Benchmark:
    """Copy what is needed into a scratch place, time the common queries, make the index there, time them again.

    Args:
        index: ``TABLE:COLUMN,COLUMN``.

    Raises:
        ConfigurationError: no such table or column, it is indexed so, or no common query reads it.
    """
    if not warehouse.exists():
        raise ConfigurationError("There is no database yet.", hint="Run `pipeline run` first.")
    with workplace("benchmark") as folder:
        with warehouse.looking() as session:
            table, columns = _parsed(index, session)
            queries = _queries(table, session)
            names = list(dict.fromkeys(name for _, tables, _, _ in queries for name in tables))
            with progress("copying tables", len(names)) as advance:
                files = []
                for name in names:
                    files.append(dump(session, name, folder))
                    advance(1)
        with warehouse.scratch() as trial:
            for file in files:
                with trial.session() as session:
                    load(session, file, folder / file.file, file.structure.name)
                    finish(session, file, file.structure.name, alone=True)
            with trial.session() as session:
                before = [_timed(session, trial, query) for query in queries]
                began = time.perf_counter()
                session.execute(
                    f"create index {trial.quote('benchmark_' + '_'.join(columns)[:80])} on {trial.relation(table)} "
                    f"({', '.join(map(trial.quote, columns))})"
                )
                took = time.perf_counter() - began
                after = [_timed(session, trial, query) for query in queries]
    timings = [Timing(q[0], *pair) for q, pair in zip(queries, zip(before, after, strict=True), strict=True)]
    rows = tuple((file.structure.name, file.measure.rows) for file in files)
    return Benchmark(table, columns, rows, took, tuple(timings))


def _parsed(index: str, session: Session) -> tuple[str, tuple[str, ...]]:
    table, _, listed = index.partition(":")
    columns = tuple(name.strip() for name in listed.split(",") if name.strip())
    if not table or not columns:
        raise ConfigurationError(f"'{index}' names no index.", hint="Write TABLE:COLUMN or TABLE:COLUMN,COLUMN.")
    there = {name.lower() for name in session.columns(table)}
    if not there or table.lower() not in session.shapes([table]):
        raise ConfigurationError(f"There is no table '{table}'.", hint="`maintenance audit tables` lists them.")
    wanted = tuple(map(str.lower, columns))
    for one in session.inventory().indexes():
        if one.relation.lower() == table.lower() and tuple(map(str.lower, one.columns[: len(columns)])) == wanted:
            raise ConfigurationError(
                f"{table} is indexed by {', '.join(columns)} already: {one.name}.", hint="Name other columns."
            )
    if absent := [name for name in columns if name.lower() not in there]:
        raise ConfigurationError(f"{table} has no column {', '.join(absent)}.", hint="Look at its columns.")
    return table, columns


_Query = tuple[str, tuple[str, ...], "str | None", str]


def _queries(table: str, session: Session) -> list[_Query]:
    there = session.relations()
    found = [query for query in _COMMON if table.lower() in map(str.lower, query[1]) and not there.lacking(query[1])]
    if not found:
        known = sorted({name for _, tables, _, _ in _COMMON for name in tables})
        raise ConfigurationError(
            f"No common query reads {table}.", hint=f"They read {', '.join(known)}, where all tables of one are there."
        )
    return found


def _timed(session: Session, warehouse: Warehouse, query: _Query) -> float:
    _, tables, column, sql = query
    names = {name: warehouse.relation(name) for name in tables}
    values: Sequence[object] = ()
    if column:  # one that is there
        (value,) = session.rows(f"select max({column}) from {names[tables[0]]}")[0]
        values = [value]
    text, taken = sql.format(**names), []
    for _ in range(_TIMES):
        began = time.perf_counter()
        session.rows(text, values)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000
