"""What the board's columns can show: dbt says it in order_list_rejects, and the sync keeps to the same rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monday_sync.domain.board import ColumnMapping, load_board
from monday_sync.domain.board.model import ColumnType
from monday_sync.domain.values import shown
from monday_sync.errors import ValueRejectedError
from tests.project import ROOT, declared_columns
from tests.transform.conftest import Dbt

_NUMBERS = st.from_regex(r"[+-]?[0-9]{0,18}[.,]?[0-9]{0,16}([eE][+-]?[0-9]{1,2}| ?%)?", fullmatch=True)
_DATES = st.from_regex(r"[0-9]{4}-?[0-9]{1,2}-?[0-9]{1,2}|[0-9]{4}-W[0-9]{2}-[1-7]", fullmatch=True)
_TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), max_size=50).flatmap(
    lambda text: st.sampled_from([text, text * 5, text * 50])
)
_WRITTEN = st.sampled_from(["-", "TBC", "1,200", "12,00", "NaN", "inf", "1_000", "٣"])
#: Folded, and not empty, as the texts of ORDER_LIST are.
_VALUES = st.one_of(_NUMBERS, _DATES, _TEXTS, _WRITTEN).filter(lambda text: text and text == " ".join(text.split()))


@dataclass(frozen=True)
class Model:
    """The compiled model on a database in memory that holds nothing but what it reads."""

    sql: str
    connection: duckdb.DuckDBPyConnection

    def refused(self, kind: str, values: Sequence[str]) -> list[str]:
        """Which values are listed when they stand in DISCOUNT and the board's column has that type."""
        self.connection.execute("update monday_sync_mappings set column_type = ?", [kind])
        self.connection.execute("delete from ORDER_LIST")
        self.connection.execute(
            "insert into ORDER_LIST by name select unnest(?::varchar[]) as discount, unnest(range(?)) as _source_row",
            [list(values), len(values)],
        )
        found = self.connection.execute(f"select _source_row from ({self.sql}) order by 1").fetchall()
        return [values[row] for (row,) in found]


@pytest.fixture(scope="module")
def model(today: Dbt) -> Iterator[Model]:
    columns = ", ".join(f'"{c["name"]}" {c["type"].replace("nvarchar", "varchar")}' for c in declared_columns())
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as order_list; use order_list")
        connection.execute(f"create table ORDER_LIST ({columns})")
        connection.execute("alter table ORDER_LIST alter discount type varchar")
        connection.execute(
            "create table monday_sync_mappings as "
            "select 'discount' as view_column, '' as column_type, 1 as is_current, 'item' as row_level"
        )
        yield Model(today.compiled("int_board_values__judged"), connection)


@pytest.mark.parametrize("kind", ["numbers", "date", "status", "dropdown", "text", "long_text"])
@settings(max_examples=12)
@given(values=st.lists(_VALUES, min_size=10, max_size=60))
@example(values=["5%", "7.5 %", "1,200.50", "1e3", "1e15", "999999999999999", "0.1234567890123456", "1e-15", "0e-9"])
def test_dbt_rejects_exactly_what_the_sync_would_not_send(model: Model, kind: ColumnType, values: list[str]) -> None:
    """For every type of board column and any text, the model lists a value if and only if shown() refuses it."""
    mapping = ColumnMapping("discount", "c1", kind)
    refused = []
    for value in values:
        try:
            shown(mapping, value)
        except ValueRejectedError:
            refused.append(value)
    assert model.refused(kind, values) == refused


@pytest.mark.parametrize("target", ["local", "dev", "prod"])
def test_the_types_that_dbt_declares_are_those_of_the_boards(target: str) -> None:
    """Before a board's file was ever read, dbt goes by types that are right for every board of the project."""
    declared = {c["name"]: c.get("board_type") for c in declared_columns() if c.get("header")}
    texts = {c["name"] for c in declared_columns() if c["type"].startswith("nvarchar")}
    mapped = {m.view_column: m.type for m in load_board(target, ROOT / "boards").items}
    doubtful = {n: t for n, t in mapped.items() if n in texts and t in {"numbers", "date", "status"}}
    assert {name: declared[name] for name in doubtful} == doubtful
