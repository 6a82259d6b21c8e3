from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loader.errors import RejectedError
from loader.names import LONGEST_IDENTIFIER, META_COLUMNS, column_names, table_name


@pytest.mark.parametrize(
    ("file", "table"),
    [
        ("GREYSON ORDER LIST (M3).xlsx", "xGREYSON_ORDER_LIST_RAW"),
        ("B'HOOD ORDER LIST (M3).xlsx", "xBHOOD_ORDER_LIST_RAW"),
        ("TITLE 9 ORDER LIST (M3).xlsm", "xTITLE_9_ORDER_LIST_RAW"),
        ("  AJE -- ORDER.LIST  .xls", "xAJE_ORDER_LIST_RAW"),
        ("CAFÉ ORDER LIST.xlsx", "xCAF_ORDER_LIST_RAW"),
    ],
)
def test_a_table_is_named_by_the_operators_rule(file: str, table: str) -> None:
    """Extension, (M3) and apostrophes go, runs of other signs become one underscore."""
    assert table_name(file) == table


@pytest.mark.parametrize("file", ["(M3).xlsx", "'.xlsx", "注文.xlsx", "---.xlsb"])
def test_a_name_that_maps_to_nothing_is_rejected(file: str) -> None:
    """A file without a letter or digit to name a table by is refused with an example to follow."""
    with pytest.raises(RejectedError, match=r"maps to no table.*GREYSON ORDER LIST"):
        table_name(file)


def test_a_name_too_long_for_a_table_is_rejected() -> None:
    """The engines end identifiers at 128 characters; the loader says so instead of truncating."""
    with pytest.raises(RejectedError, match=r"202 characters.*Shorten"):
        table_name("A" * 197 + ".xlsx")


def test_empty_and_repeated_headers_get_stable_names() -> None:
    """Names follow position and occurrence, without regard to case, and say what was done."""
    named = column_names(["A", "", "a", " A ", "B\n  C", "column_2"])
    assert [(h.column, h.note) for h in named] == [
        ("A", None), ("column_2 (2)", "empty"), ("a (2)", "duplicate"), ("A (3)", "duplicate"), ("B C", None),
        ("column_2", None),
    ]  # fmt: skip


def test_our_own_columns_cannot_be_taken() -> None:
    """A sheet with a header such as _load_id does not collide with the loader's column."""
    assert [h.column for h in column_names(["_LOAD_ID"])] == ["_LOAD_ID (2)"]


@given(st.lists(st.text(max_size=200), max_size=40))
def test_any_headers_become_unique_short_names(headers: list[str]) -> None:
    """Whatever stands in a header row, the names are usable on both engines, and stable."""
    named = column_names(headers)
    names = [h.column for h in named]
    assert len({n.casefold() for n in [*names, *META_COLUMNS]}) == len(names) + len(META_COLUMNS)
    assert all(n and len(n.encode("utf-16-le", "surrogatepass")) // 2 <= LONGEST_IDENTIFIER for n in names)
    assert all(c >= " " for n in names for c in n)
    assert [h.text for h in named] == headers
    assert column_names(headers) == named
