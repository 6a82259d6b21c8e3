"""Everything that dbt compiles for SQL Server is T-SQL, and nothing that SQL Server 2019 refuses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import pytest
import yaml
from sqlfluff.dialects.dialect_tsql_keywords import RESERVED_KEYWORDS

from tests.project import ROOT
from tests.sqlserver.conftest import HOOKS, statements
from tests.sqlserver.refused import refused_in
from tests.sqlserver.tsql import errors_in, without_repetitions

CUSTOMERS = 46


def test_models_tests_snapshots_and_hooks_are_all_there(compiled: Mapping[str, str]) -> None:
    """The statements looked at are those of every kind of thing that dbt runs here."""
    kinds = Counter(name.split(".")[0] for name in compiled)
    assert kinds["model"] > CUSTOMERS
    assert kinds["test"] > 0
    assert kinds["snapshot"] > 0
    assert kinds["operation"] > 0


def test_a_mark_is_an_extended_property_of_the_relation(compiled: Mapping[str, str]) -> None:
    """Added the first time and changed after that; read by the name and the place it was written to."""
    hooks = {name.split(".")[2]: sql for name, sql in compiled.items() if ".hook_" in name}
    assert hooks.keys() == HOOKS.keys()
    table = hooks["hook_marks_a_table"]
    assert "@name = N'order_list', @value = N'it''s ours'" in table
    assert "@level1type = N'TABLE', @level1name = N'ORDER_LIST'" in table
    assert "@level1type = N'VIEW', @level1name = N'FACT_ORDER_LIST'" in hooks["hook_marks_a_view"]
    assert "p.name = N'order_list'" in hooks["hook_reads_marks"]


def test_nothing_is_refused(compiled: Mapping[str, str]) -> None:
    """No statement holds what parses but fails on SQL Server."""
    assert {name: found for name, sql in compiled.items() if (found := refused_in(sql))} == {}


def test_every_statement_parses(compiled: Mapping[str, str]) -> None:
    """SQLFluff's tsql dialect takes every statement; those alike but for the customer's names are parsed once."""
    alike = {re.sub(r"\bx\w+_ORDER_LIST_RAW\b", "xCUSTOMER_RAW", sql): name for name, sql in compiled.items()}
    distinct = {without_repetitions(sql): name for sql, name in alike.items()}
    assert {name: errors for sql, name in distinct.items() if (errors := errors_in(sql))} == {}


def test_dev_runs_the_same_statements(compiled: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Targets dev and prod differ in nothing but their connection, so what is true of one is true of the other."""
    assert statements(tmp_path_factory, "dev") == compiled


def test_contract_columns_named_by_a_reserved_word_are_quoted() -> None:
    """dbt writes the columns of a contract as they stand, so one named like a keyword must say ``quote: true``."""
    for path in sorted((ROOT / "models").rglob("*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            if not (model.get("config") or {}).get("contract"):
                continue
            named = {c["name"] for c in model["columns"] if c["name"].upper() in RESERVED_KEYWORDS}
            assert named == {c["name"] for c in model["columns"] if c.get("quote")}, path.name
