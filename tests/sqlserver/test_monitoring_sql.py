"""The checks of the monitoring are T-SQL as well, with SQL Server's names in them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitoring.checks import REGISTRY
from monitoring.model import Check
from tests.sqlserver import gates
from tests.sqlserver.refused import refused_in
from tests.sqlserver.tsql import errors_in

WITH_SQL = [check for check in REGISTRY if check.sql]
WITH_SQL += [
    replace(check, name=f"{check.name}_otherwise", sql=check.otherwise[0], relations=check.otherwise[1])
    for check in REGISTRY
    if check.otherwise
]


def rendered(check: Check) -> str:
    names = {name: f"[dbo].[{name}]" for name in check.relations}
    return check.sql.format(**names, file="[file]", rows="[rows]")


@pytest.mark.parametrize("check", WITH_SQL, ids=lambda check: check.name)
def test_a_check_is_t_sql(check: Check) -> None:
    """It parses, holds nothing that SQL Server refuses, names its relations with their schema, loses no letter."""
    sql = rendered(check)
    assert (errors_in(sql.replace("?", "@p")), refused_in(sql)) == ([], [])
    assert (gates.unqualified(sql), gates.misspelt_catalog(sql), gates.code_page_losses(sql)) == (set(), set(), [])


@pytest.mark.parametrize("check", WITH_SQL, ids=lambda check: check.name)
def test_a_check_is_one_statement_with_its_parameters(check: Check) -> None:
    """As many parameters as question marks; of everything that it names it says so."""
    from datetime import UTC, datetime  # noqa: PLC0415 - only here
    from pathlib import Path  # noqa: PLC0415

    from monitoring.model import Surroundings  # noqa: PLC0415

    around = Surroundings(Path(), datetime(2026, 3, 2, tzinfo=UTC))
    values = check.parameters(around) if check.parameters else ()
    assert check.sql.count("?") == len(tuple(values))
    assert ";" not in check.sql
    assert all(f"{{{name}}}" in check.sql for name in check.relations)
