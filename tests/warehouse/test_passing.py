"""Which of SQL Server's errors pass by themselves, read from the words of driver and dbt."""

from __future__ import annotations

import pytest

from warehouse.passing import passes_by_itself


@pytest.mark.parametrize(
    "number", [1205, 1222, 40613, 40197, 40501, 49918, 49919, 49920, 10928, 10929], ids=lambda number: f"Msg {number}"
)
def test_the_server_s_own_numbers_pass(number: int) -> None:
    """A victim, a lock that was not given, a failover, throttling."""
    words = f"Database Error in model a (models/a.sql)\\n  ('42000', '[42000] [Microsoft][SQL Server]Oh. ({number})')"
    assert passes_by_itself(words)


@pytest.mark.parametrize("state", ["08S01", "IMC06", "HYT00", "40001"])
def test_the_driver_s_states_pass(state: str) -> None:
    """A broken connection, one that cannot be fixed, one that answers too late."""
    assert passes_by_itself(
        f"Database Error\\n  ('{state}', '[{state}] [Microsoft]TCP Provider: Error code 0x68 (104)')"
    )


@pytest.mark.parametrize(
    "words",
    [
        "('42S22', \"[42S22] [Microsoft][SQL Server]Invalid column name '1205'. (207) (SQLExecDirectW)\")",
        "Got 1205 results, configured to fail if != 0",
        "('23000', '[23000] Violation of PRIMARY KEY constraint (2627)')",
        "",
    ],
)
def test_others_come_again(words: str) -> None:
    """What is wrong with a statement or with rows is not tried again, whatever number the words hold."""
    assert not passes_by_itself(words)
