"""No model sorts, groups, joins or compares by a text of any length, and which joins carry such texts is known."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping

import pytest

from loader import is_raw_table
from loader.names import META_COLUMNS
from monday_sync.ledger.schema import TABLES
from tests.project import ROOT
from tests.sqlserver.lengths import Columns, Lengths

#: Joins that carry the cells as they were typed, by their meaning; what stands on the other side is narrow.
_CARRYING = {
    "int_orders__unioned": "the verdicts on 46 workbooks",
    "int_orders__staged": "the verdicts on rows",
    "int_order_totals__compared": "orders, of which the totals that differ stay",
    "order_list_rejects": "orders, of which the values that do not fit stay",
}


class _Sheet(dict[str, bool]):
    """The columns of a raw table: every cell is a text of any length, what the loader adds is not."""

    def __missing__(self, name: str) -> bool:
        return name not in META_COLUMNS

    def get(self, name: str, default: object = None) -> bool:
        return self[name]


class _Relations(Mapping[str, Columns]):
    """The columns of every relation, by its name in lower case; those of a model by reading its statement."""

    def __init__(self, compiled: Mapping[str, str]) -> None:
        self.read: dict[str, Lengths] = {}
        self.models: dict[str, str] = {}
        self._columns: dict[str, Columns] = {
            table.name: {column.name: column.kind == "text" and not column.size for column in table.columns}
            for table in TABLES
        }
        for file in (ROOT / "seeds").glob("*.csv"):
            with file.open(encoding="utf-8", newline="") as lines:
                self._columns[file.stem] = dict.fromkeys(next(csv.reader(lines)), False)
        self._columns["order_list_failed_tests"] = dict.fromkeys(["test_name", "customer_name", "failing_rows"], False)
        for node in compiled:
            if node.startswith("model."):
                name = node.rsplit(".", 1)[1]
                (file,) = (ROOT / "models").rglob(f"{name}.sql")
                alias = re.search(r"alias='(\w+)'", file.read_text(encoding="utf-8"))
                self.models[(alias[1] if alias else name).lower()] = name
                self._columns.pop(name, None)
        self._sql = {name: compiled[f"model.master_schedule.{name}"] for name in self.models.values()}

    def __getitem__(self, name: str) -> Columns:
        if is_raw_table(name.upper()):
            return _Sheet()
        if name not in self._columns:
            model = self.models[name]
            self.read[model] = Lengths(self)
            self._columns[name] = self.read[model].of(self._sql[model])
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.models)

    def __len__(self) -> int:
        return len(self.models)


@pytest.fixture(scope="module")
def relations(compiled: Mapping[str, str]) -> _Relations:
    """Every model, read."""
    found = _Relations(compiled)
    for name in found:
        assert found[name]
    return found


_TABLES = {"t": {"k": False, "long": True}, "u": {"k": False, "long": True}}


@pytest.mark.parametrize(
    ("sql", "met"),
    [
        ("select t.k from t inner join u on t.long = u.long", ["join: t.long", "join: u.long"]),
        ("select t.k from t inner join u on t.k = u.k and upper(t.long) = 'A'", ["join: upper(t.long)"]),
        ("select t.k from t where not exists (select 1 from u where u.long = t.k)", ["join: u.long"]),
        ("select t.long, count(*) as n from t group by t.long", ["group: t.long", "sorted: long"]),
        ("select distinct t.long from t", ["sorted: long"]),
        ("select t.long from t union select u.long from u", ["union: long"]),
        ("select row_number() over (partition by t.k order by t.long) as n from t", ["window: t.long"]),
        ("select t.long, row_number() over (order by t.k) as n from t", ["sorted: long"]),
        ("select first_value(t.long) over (order by t.k) as v from t", ["sorted: v"]),
        (
            "with a as (select t.k, concat('x', t.long) as b from t) select max(a.b) as c from a group by a.k",
            ["sorted: c"],
        ),
        ("select max(case when t.k = 1 then t.long else 'x' end) as b from t group by t.k", ["sorted: b"]),
        ("select distinct (select x.typed as y from (select t.long as typed) as x) as z from t", ["sorted: z"]),
        # and what is none
        ("select cast(left(t.long, 400) as nvarchar(400)) as s, row_number() over (order by t.k) as n from t", []),
        ("select max(case when t.long = 'x' then 1 else 0 end) as n from t group by t.k", []),
        ("select t.long from t union all select u.long from u", []),
        ("select count(t.long) as n from t group by t.k", []),
    ],
)
def test_the_finder_of_long_texts_finds_them(sql: str, met: list[str]) -> None:
    """Each way to sort or compare by a long text is found, and what was cut to a length before is not."""
    lengths = Lengths(_TABLES)
    lengths.of(sql)
    assert lengths.met == met


def test_no_model_sorts_or_compares_by_a_text_of_any_length(relations: _Relations) -> None:
    """Keys of joins, groups and windows have a length, and so has all that a sort carries."""
    assert {"int_orders__judged", "sync_customers", "order_list_drift", "int_headers__judged"} <= set(relations.read)
    assert {name: lengths.met for name, lengths in relations.read.items() if lengths.met} == {}


def test_joins_that_carry_texts_of_any_length_are_known(relations: _Relations) -> None:
    """Only where the cells themselves are handed on does a join carry them."""
    carrying = {name for name, lengths in relations.read.items() if lengths.carried}
    assert carrying == set(_CARRYING)
    assert relations.read["int_order_totals__compared"].carried == {"value_text"}
    assert relations.read["order_list_rejects"].carried == {"value_text"}


def test_what_people_and_the_board_read_has_a_length(relations: _Relations) -> None:
    """ORDER_LIST, the lines and every view of the push have no column of any length."""
    for name in ("order_list", "order_list_lines", "sync_monday__items", "sync_monday__subitems", "sync_customers"):
        assert [column for column, is_long in relations[name].items() if is_long] == [], name
