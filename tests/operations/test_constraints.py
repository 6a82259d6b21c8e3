"""Constraints of tables that are never rebuilt: every rule finds what breaks it, and the declared ones hold here."""

from __future__ import annotations

from pathlib import Path

import pytest

from console import ConfigurationError
from monday_sync.ledger.schema import TABLES
from operations.constraints import Stage, apply_next, load_constraints, standings, undo_last
from operations.errors import RefusedStepError
from operations.maintenance.texts import planned
from pipeline.history import _RUN_COLUMNS as RUN_COLUMNS
from pipeline.history import RUNS
from tests.project import ROOT
from warehouse import Warehouse
from warehouse.sqlserver import catalog_statements, statements

_RULES = """
tables:
  t:
    of_values: {values: {outcome: [A, B]}}
    of_length: {length: {h: 4}}
    not_below: {not_negative: [q]}
    one_each: {unique: [b, i]}
    when_a: {requires: {when: {outcome: A}, filled: [i]}}
    there: {not_null: [b]}
  later:
    of_later: {not_null: [x]}
"""


@pytest.fixture
def ruled(warehouse: Warehouse, tmp_path: Path) -> Warehouse:
    (tmp_path / "operations").mkdir()
    (tmp_path / "operations/constraints.yml").write_text(_RULES, "utf-8")
    with warehouse.session() as session:
        session.execute("create table t (outcome varchar, h varchar, q int, b varchar, i varchar)")
        session.execute("insert into t values ('A', 'abcd', 0, 'b', '1'), (null, null, null, 'b', null)")
        session.execute("insert into t values ('B', 'äöüß', 1, 'b', null)")
    return warehouse


@pytest.mark.parametrize(
    ("rule", "values", "example"),
    [
        ("of_values", "'C', 'abcd', 1, 'b', '9'", "outcome=C"),
        ("of_length", "'B', 'abc', 1, 'b', '9'", "h=abc"),
        ("not_below", "'B', 'abcd', -1, 'b', '9'", "q=-1"),
        ("one_each", "'B', 'abcd', 1, 'b', '1'", "rows_with_it=2"),
        ("when_a", "'A', 'abcd', 1, 'b', null", "outcome=A"),
        ("there", "'B', 'abcd', 1, null, '9'", "i=9"),
    ],
)
def test_every_rule_finds_what_breaks_it(ruled: Warehouse, rule: str, values: str, example: str) -> None:
    """Rows that keep a rule, and empty values where the rule lets them, are none; the one that breaks it is shown."""
    assert {one.name: one.broken for one in standings(ruled) if one.table == "t"} == dict.fromkeys(
        ("of_values", "of_length", "not_below", "one_each", "when_a", "there"), 0
    )
    with ruled.session() as session:
        session.execute(f"insert into t values ({values})")
    found = {one.name: one for one in standings(ruled)}
    assert [name for name, one in found.items() if one.broken] == [rule]
    assert example in found[rule].examples[0]
    _, refused = apply_next(ruled, rule, stale=None)
    assert "1 row in breach" in refused[0]
    assert found[rule].query in refused[0]


def test_duckdb_checks_the_data_only(ruled: Warehouse) -> None:
    """DuckDB adds no constraint to a table that is there: that is said, and nothing pretends to be undone."""
    assert {one.stage for one in standings(ruled) if one.table == "t"} == {Stage.DATA_ONLY}
    assert apply_next(ruled, stale=None) == ([], ["later.of_later: there is no table later yet"])
    with pytest.raises(RefusedStepError, match="nothing to undo"):
        undo_last(ruled, "of_values")
    with pytest.raises(ConfigurationError, match="x is declared neither as a table"):
        apply_next(ruled, "x", stale=None)


def test_the_declared_constraints_name_columns_that_exist() -> None:
    """Each table and column of operations/constraints.yml is one that a program makes."""
    made = {table.name: {column.name for column in table.columns} for table in TABLES}
    made[RUNS] = {column.name for column in RUN_COLUMNS}
    for one in load_constraints(ROOT):
        assert one.table in made
        assert set(one.columns) <= made[one.table]


def test_on_sqlserver_a_constraint_comes_in_two_steps(ruled: Warehouse) -> None:
    """First for new rows, then for all; NULL fails only where the rule says so. Microsoft's grammar takes each."""
    rules = {one.name: one for one in load_constraints(ruled.target.project_dir)}
    check = rules["when_a"].kept(statements.quote)
    assert catalog_statements.add_constraint("[s].[t]", "when_a", check, None) == (
        "alter table [s].[t] with nocheck add constraint [when_a] check (not (([outcome] = 'A' and ([i] is null))))"
    )
    assert catalog_statements.add_constraint("[s].[t]", "one_each", None, ["b", "i"]) == (
        "create unique index [one_each] on [s].[t] ([b], [i]) where [b] is not null and [i] is not null"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tables: {t: {a: {not_null: [x], unique: [y]}}}", "exactly one rule"),
        ("tables: {t: {a: {}}}", "exactly one rule"),
        ("tables: {t: {a: {not_nul: [x]}}}", "not_nul"),
        ("tables: {t: {a: {not_null: []}}}", "not_null"),
        ('tables: {t: {"a b": {not_null: [x]}}}', "a b"),
        ("tables: {t: {a: {not_null: [x]}}, u: {A: {not_null: [x]}}}", "stands there twice"),
        ("tables: {", "cannot be read"),
    ],
)
def test_a_wrong_rule_names_its_key(tmp_path: Path, text: str, words: str) -> None:
    """A mistake in operations/constraints.yml is said with its place."""
    (tmp_path / "operations").mkdir()
    (tmp_path / "operations/constraints.yml").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as raised:
        load_constraints(tmp_path)
    assert words in str(raised.value)


def test_a_plan_shows_the_query_of_what_is_broken_alone(ruled: Warehouse) -> None:
    """With its examples; a table that is not there yet has no rows to look for."""
    with ruled.session() as session:
        session.execute("insert into t (q) values (-1)")
    shown = planned([], standings(ruled))
    assert "not_below: select * from" in shown
    assert "there is no table later yet" in shown
    assert "of_later: select" not in shown
