"""ORDER_LIST while it is built anew: what a reader sees meanwhile, and the indexes that the new table has."""

from __future__ import annotations

import threading
import time
from typing import Any

from tests.sqlserver_live.conftest import Place
from warehouse import Session

#: The lock timeout of a renaming, the renames themselves, and a busy server.
LONGEST_WAIT = 5.0
HELD_SECONDS = 60.0


def _seen(session: Session, table: str) -> tuple[Any, ...]:
    """What a reader finds in ORDER_LIST in one statement: how many orders, and the sum of the rows they came from."""
    found = session.rows(f"select count(*), sum(cast(_source_row as bigint)) from {table}")
    return tuple(found[0])


def _identity(session: Session, table: str) -> int:
    """The number under which the server keeps the table; one that took its place has another."""
    return int(session.rows("select object_id(?)", [table])[0][0])


def test_a_reader_sees_all_of_order_list_while_it_is_built_anew(built: Place) -> None:
    """Whoever reads during the rebuild finds all orders at each look: never none, never half, never no table."""
    table = built.prod.relation("ORDER_LIST")
    seen: list[tuple[Any, ...]] = []
    failures: list[Exception] = []
    waits: list[float] = []
    is_over = threading.Event()

    def read() -> None:
        with built.prod.session(read_only=True) as session:
            while not is_over.is_set():
                began = time.monotonic()
                try:
                    seen.append(_seen(session, table))
                except Exception as error:  # whatever it is, a reader must not meet it
                    failures.append(error)
                waits.append(time.monotonic() - began)

    with built.prod.session() as session:
        before, expected = _identity(session, table), _seen(session, table)
    reader = threading.Thread(target=read)
    reader.start()
    try:
        built.dbt("run", "--select", "path:models/marts/order_list.sql+")
    finally:
        is_over.set()
        reader.join()
    with built.prod.session() as session:
        after = _identity(session, table)
    assert after != before, "ORDER_LIST was not built anew"
    assert failures == []
    assert expected[0] > 0
    assert set(seen) == {expected}
    assert max(waits) < LONGEST_WAIT, f"a reader waited for {max(waits):.1f} s"


def test_somebody_who_reads_for_long_keeps_nobody_else_waiting(built: Place) -> None:
    """While one transaction holds ORDER_LIST, the build steps back again and again, and other readers go on."""
    table = built.prod.relation("ORDER_LIST")
    waits: list[float] = []
    is_over = threading.Event()

    def read() -> None:
        with built.prod.session(read_only=True) as session:
            while not is_over.is_set():
                began = time.monotonic()
                _seen(session, table)
                waits.append(time.monotonic() - began)

    def hold() -> None:
        with built.prod.session() as session, session.transaction():
            session.rows(f"select top 1 order_key from {table} with (holdlock, tablock)")
            time.sleep(HELD_SECONDS)

    with built.prod.session() as session:
        before = _identity(session, table)
    threads = [threading.Thread(target=hold), threading.Thread(target=read)]
    for thread in threads:
        thread.start()
    try:
        # with all that follows: on Babelfish the views of a replaced table go with it
        built.dbt("run", "--select", "path:models/marts/order_list.sql+")
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    with built.prod.session() as session:
        assert _identity(session, table) != before, "ORDER_LIST was not built anew"
    assert max(waits) < LONGEST_WAIT, f"a reader waited for {max(waits):.1f} s"


def test_the_declared_indexes_are_on_the_new_tables(built: Place) -> None:
    """Each table has exactly the indexes its model declares, the key's unique, after the build as after a rebuild."""
    declared = {
        "ORDER_LIST": {("order_key", 1), ("row_hash", 0), ("customer_name", 0)},
        "int_order_lines__keyed": {("line_key", 1), ("order_key", 0)},
    }
    for table, indexes in declared.items():
        with built.prod.session() as session:
            found = session.rows(
                "select col_name(k.object_id, k.column_id), cast(i.is_unique as int) from sys.indexes as i "
                "inner join sys.index_columns as k on i.object_id = k.object_id and i.index_id = k.index_id "
                "where i.object_id = object_id(?) and i.name is not null",
                [built.prod.relation(table)],
            )
        assert {tuple(row) for row in found} == indexes, table
        assert len(found) == len(indexes), table
