"""What is parsed in place of a long statement."""

from __future__ import annotations

from tests.sqlserver.tsql import errors_in, without_repetitions

ROWS = "select *\nfrom (\n    values\n        {}\n) as v (a, b)"


def test_only_what_is_said_again_is_left_out() -> None:
    """Of rows alike but for their literals the first two and the last stay, of a union's parts of one shape two."""
    rows = [f"({n}, N'it''s {n}')" for n in range(9)]
    row = ",\n        "
    assert without_repetitions(ROWS.format(row.join(rows))) == ROWS.format(row.join([*rows[:2], rows[-1]]))
    parts = [f'select\n    a -- {n}\'s\nfrom "stg_{n}"\nunion all' for n in range(5)]
    assert without_repetitions("\n".join([*parts, "select 1"])) == "\n".join([*parts[:2], "select 1"])


def test_a_fault_in_the_middle_of_a_list_is_parsed() -> None:
    """A row of another shape stays where it is, with what stands before and after it."""
    rows = [f"({n}, N'x')" for n in range(9)]
    rows[5] = "(5 N'x'"
    kept = without_repetitions(ROWS.format(",\n        ".join(rows)))
    assert "(5 N'x'" in kept
    assert errors_in(kept)
    assert not errors_in(kept.replace("(5 N'x'", "(5, N'x')"))
