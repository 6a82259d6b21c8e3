"""A table comes back from a file as it was: rows, keys, indexes and words, whatever its types."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.errors import DamagedError, NotRestoredError
from operations.tables import Format, Manifest, dump, finish, load, measured
from operations.tables.manifest import parse
from operations.tables.measure import Gauge, Measure
from tests.operations.conftest import AWKWARD
from warehouse import StatementFailedError, Warehouse

_FORMATS = get_args(Format)


def _facts(warehouse: Warehouse) -> list[list[tuple[Any, ...]]]:
    with warehouse.session() as session:
        return [
            session.rows(sql)
            for sql in (
                'select * from "T ""x(" order by a',
                "select sql, comment from duckdb_tables()",
                "select sql from duckdb_indexes() order by 1",
                "select column_name, comment from duckdb_columns() where not internal order by 1",
            )
        ]


def _manifest(table: Any) -> Manifest:
    return Manifest(
        kind="backup", archive="x", target="local", engine="duckdb", version="2", made_by="me", tables=(table,),
        made_at="2026-01-01T00:00:00Z",  # type: ignore[arg-type]  # as it stands in a file
    )  # fmt: skip


@pytest.mark.parametrize("form", _FORMATS)
def test_a_table_comes_back_as_it_was(warehouse: Warehouse, tmp_path: Path, form: Format) -> None:
    """Every type of the engine, absent and empty values, quotes and line ends: through any format and a manifest."""
    with warehouse.session() as session:
        for statement in AWKWARD:
            session.execute(statement)
    with warehouse.session(read_only=True) as session:
        table = dump(session, 't "X(', tmp_path, form)
    assert table.measure.rows == 3
    table = parse(_manifest(table).as_text(), "here").tables[0]
    with warehouse.scratch() as other:
        with other.session() as session:
            load(session, table, tmp_path / table.file, table.structure.name)
            finish(session, table, table.structure.name)
        assert repr(_facts(other)) == repr(_facts(warehouse))  # by their text: NaN is not itself


@pytest.mark.parametrize("form", _FORMATS)
def test_an_empty_table_keeps_its_columns(warehouse: Warehouse, tmp_path: Path, form: Format) -> None:
    """A table without rows is a table, not nothing."""
    with warehouse.session() as session:
        session.execute("create table e (a int, b varchar)")
        table = dump(session, "e", tmp_path, form)
        load(session, table, tmp_path / table.file, "f")
        assert (session.columns("f"), measured(session, "f").rows) == (["a", "b"], 0)


def test_what_is_no_table_is_said(warehouse: Warehouse, tmp_path: Path) -> None:
    """A view has no rows of its own, and what is not there has none either."""
    with warehouse.session() as session:
        session.execute("create view v as select 1 as a")
        for name in ("v", "nothing"):
            with pytest.raises(StatementFailedError, match=f"no table '{name}'"):
                dump(session, name, tmp_path)


def test_rows_that_came_back_otherwise_are_noticed(warehouse: Warehouse, tmp_path: Path) -> None:
    """A table that is not what was archived does not count as restored, and the difference is named."""
    with warehouse.session() as session:
        session.execute("create table t (a int, b varchar)")
        session.execute("insert into t values (1, 'x'), (2, 'y')")
        table = dump(session, "t", tmp_path)
        session.execute("update t set b = 'z' where a = 2")
        dump(session, "t", tmp_path)  # over the same file
        with pytest.raises(NotRestoredError, match="column b has other values"):
            load(session, table, tmp_path / table.file, "t2")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"form": 2}', '{"form": 1, "tables": "x"}'])
def test_a_damaged_manifest_is_named(text: str) -> None:
    """What is no manifest, or one of a later release, ends in a sentence with its place."""
    with pytest.raises(DamagedError, match="az://there"):
        parse(text, "az://there")


def _measure(columns: dict[str, list[Any]]) -> Measure:
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    gauge = Gauge(table.schema)
    list(gauge.passing(table.to_batches(max_chunksize=2)))
    return gauge.measure()


_ROWS = st.lists(st.tuples(st.text(max_size=3) | st.none(), st.text(max_size=3) | st.none()), max_size=6)


@settings(max_examples=20, deadline=None)
@given(_ROWS, _ROWS, st.randoms(use_true_random=False))
def test_a_measure_tells_tables_apart_and_not_their_order(rows: Any, others: Any, dice: Any) -> None:
    """The same rows in any order measure the same; other rows do not, were it only that two values change places."""
    mixed = list(rows)
    dice.shuffle(mixed)

    def columns(of: Any) -> dict[str, list[Any]]:
        return {"a": [row[0] for row in of], "b": [row[1] for row in of]}

    assert not _measure(columns(rows)).differences(_measure(columns(mixed)))
    same = sorted(map(repr, rows)) == sorted(map(repr, others))
    assert bool(_measure(columns(rows)).differences(_measure(columns(others)))) != same
    if rows:
        turned = columns(rows)
        turned["b"] = turned["b"][1:] + turned["b"][:1]
        same = sorted(map(repr, zip(*turned.values(), strict=True))) == sorted(map(repr, rows))
        assert bool(_measure(columns(rows)).differences(_measure(turned))) != same
