"""Tables for people: aligned, whole, and safe for whatever stands in a cell."""

from __future__ import annotations

from console import text_table


def test_numbers_stand_right_and_nothing_is_cut() -> None:
    """Whole numbers have thousands, what is missing is blank, and a long text stays one line."""
    lines = text_table(("run", "orders", "s"), [("a", 1_000, None), ("b" * 300, 2, 1.25)]).splitlines()
    assert lines[0].split() == ["run", "orders", "s"]
    assert set(lines[1]) == {"-", " "}
    assert (lines[2].split(), lines[3].split()) == (["a", "1,000"], ["b" * 300, "2", "1.2"])
    assert lines[2].index("1,000") + 5 == lines[3].index(" 2") + 2


def test_markup_in_a_cell_is_text() -> None:
    """A file's name may look like rich's markup."""
    assert "[bold]x[/]" in text_table(("file",), [("[bold]x[/]",)])


def test_a_table_without_rows_is_its_headers() -> None:
    """No row is no error."""
    assert text_table(("a", "b"), []).splitlines()[0].split() == ["a", "b"]
