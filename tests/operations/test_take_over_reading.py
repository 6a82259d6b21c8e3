"""What tables of others say: their columns, their ids, their keys. Each value is taken for what it is, or listed."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monday_sync import Claim, Level
from operations.cutover.take_over.columns import recognise
from operations.cutover.take_over.match import Matcher, Orders, by_item_of
from operations.cutover.take_over.values import NotAnIdError, id_of, loose, part_of


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None), ("", None), ("  ", None), (0, None), ("0", None), (float("nan"), None), ("NULL", None),
        (9876543210, "9876543210"), (" 9876543210 ", "9876543210"), ("9876543210.0", "9876543210"),
        (9876543210.0, "9876543210"), (Decimal("9876543210.00"), "9876543210"), ("'9876543210'", "9876543210"),
        ("\N{NO-BREAK SPACE}9876543210\t", "9876543210"), ("009876543210", "9876543210"),
        ("9876543210,0", "9876543210"),
    ],
)  # fmt: skip
def test_an_id_is_read_however_it_is_kept(value: object, expected: str | None) -> None:
    """As a number, a float, a text with blanks; no id is no id in every spelling."""
    assert id_of(value) == expected


@pytest.mark.parametrize("value", ["12a", "9.87654321E+09", "1.5", 1.5, 1e300, True, -5, "-5", Decimal("1.5"), "1 2"])
def test_what_is_no_id_or_lost_digits_is_none(value: object) -> None:
    """Nothing is rounded and nothing is guessed."""
    with pytest.raises(NotAnIdError):
        id_of(value)


@given(st.integers(min_value=1, max_value=2**53 - 1), st.sampled_from([str, float, Decimal, lambda n: f" {n}.0 "]))
def test_every_id_survives_its_spelling(number: int, spelled: object) -> None:
    """Whatever type a program kept it in, the digits are the same."""
    assert id_of(spelled(number)) == str(number)  # type: ignore[operator]


def test_columns_are_found_under_their_header_and_under_their_name() -> None:
    """Headers of workbooks, names of today, in any case; the likeliest one where several would do."""
    headers = recognise(
        [
            "AAG ORDER NUMBER",
            "Customer Name",
            "PLANNED DELIVERY METHOD",
            "CUSTOMER STYLE",
            "monday_item_id",
            "Sync State",
        ]
    )
    assert headers.columns == {
        "aag_order_number": "AAG ORDER NUMBER", "customer_name": "Customer Name",
        "planned_delivery_method": "PLANNED DELIVERY METHOD", "customer_style": "CUSTOMER STYLE",
        "item_id": "monday_item_id", "sync_state": "Sync State",
    }  # fmt: skip
    assert (headers.is_of_lines, headers.lacking) == (False, None)
    lines = recognise(["SIZE", "size_code", "monday_subitem_id", "parent_item_id"])
    assert (lines.columns["size_code"], lines.is_of_lines, lines.lacking) == ("size_code", True, None)


@pytest.mark.parametrize(
    ("names", "lacking"),
    [
        (["AAG ORDER NUMBER", "qty"], "it has no column of board ids"),
        (["monday_item_id", "qty"], "it has board ids and no column of order numbers"),
        (["monday_subitem_id", "AAG ORDER NUMBER"], "it has ids of subitems and no column of sizes"),
        (["monday_subitem_id", "size"], "it has board ids and no column of order numbers"),
    ],
)
def test_a_table_that_says_too_little_is_named_with_what_it_lacks(names: list[str], lacking: str) -> None:
    """A reason for each, as a person would give it."""
    assert recognise(names).lacking == lacking


ORDERS = Orders(
    {
        "k1": ("GREYSON", "A1", "SEA", "ST1"),
        "k2": ("GREYSON", "A1", "AIR", "ST1"),
        "k3": ("G/FORE", "12345", "", "St 2"),
        "k4": ("RHONE", "A1", "SEA", "ST1"),
        "k5": ("RHONE", "b1", "SEA", "X"),
        "k6": ("RHONE", "B1", "SEA", "X"),
    },
    {loose("Greyson Clothiers"): loose("GREYSON")},
)
MATCHER = Matcher(ORDERS, {("k1", "s"): "l1", ("k1", "32"): "l2", ("k2", "s"): "l3"})
OF_ORDERS = recognise(["customer_name", "aag_order_number", "planned_delivery_method", "customer_style",
                       "monday_item_id", "sync_state"])  # fmt: skip
OF_LINES = recognise(["monday_item_id", "monday_subitem_id", "size_code"])


def _row(*values: object) -> dict[str, object]:
    return dict(zip(OF_ORDERS.columns, values, strict=True))


def test_rows_find_their_order_by_its_key() -> None:
    """Blanks, case, numbers with a point and another spelling of the customer make no other key; states are kept."""
    rows = [
        {**dict.fromkeys(OF_ORDERS.columns), "customer_name": customer, "aag_order_number": number,
         "planned_delivery_method": method, "customer_style": style, "item_id": item_id, "sync_state": state}
        for customer, number, method, style, item_id, state in (
            (" greyson ", "A1", "Sea", "ST1", "11", "SYNCED"),
            ("Greyson  Clothiers", "a1", "AIR", "st1", 12.0, "PENDING"),
            ("G/FORE", 12345.0, None, "St  2", "13.0", None),
            ("RHONE", "B1", "SEA", "X", 14, "SYNCED"),
            ("RHONE", "C9", "SEA", "X", "15", "ERROR"),
            ("RHONE", "A1", "SEA", "ST1", None, "NEW"),
            ("RHONE", "A1", "SEA", "ST1", "abc", "NEW"),
        )
    ]  # fmt: skip
    found = MATCHER.match("OLD", OF_ORDERS, rows, {})
    assert [(c.key, c.monday_id) for c in found.claims] == [("k1", "11"), ("k2", "12"), ("k3", "13"), ("k6", "14")]
    assert found.claims[1].evidence == "OLD had it as PENDING"
    assert [(one.monday_id, one.reason) for one in found.left] == [("15", "no such row any more"), ("abc", "not an id")]
    assert (found.rows, found.without_id) == (7, 2)
    assert found.states == Counter(SYNCED=2, NEW=2, PENDING=1, ERROR=1, none=1)


def test_a_key_of_several_orders_is_listed_and_followed_by_none() -> None:
    """A table without delivery methods cannot tell two orders apart."""
    of = recognise(["customer_name", "aag_order_number", "monday_item_id"])
    rows = [{"customer_name": "GREYSON", "aag_order_number": "A1", "item_id": "11"}]
    found = MATCHER.match("OLD", of, rows, {})
    assert (found.claims, [one.reason for one in found.left]) == ([], ["several orders have this key"])


def test_lines_find_their_order_by_its_item_where_they_have_no_number() -> None:
    """By the item that the tables of orders have for it, if all of them agree; sizes as numbers count as the same."""
    first = MATCHER.match("OLD", OF_ORDERS, [_key("k1", "11")], {})
    rows = [
        {"item_id": "11", "subitem_id": "21", "size_code": "S"},
        {"item_id": "11", "subitem_id": "22", "size_code": "32.0"},
        {"item_id": "11", "subitem_id": "23", "size_code": "XXL"},
        {"item_id": "99", "subitem_id": "24", "size_code": "S"},
    ]
    found = MATCHER.match("LINES", OF_LINES, rows, by_item_of([first]))
    assert [(c.level, c.key, c.order_key, c.monday_id) for c in found.claims if c.level is Level.SUBITEM] == [
        (Level.SUBITEM, "l1", "k1", "21"), (Level.SUBITEM, "l2", "k1", "22"),
    ]  # fmt: skip
    assert [one.monday_id for one in found.left] == ["23", "99", "24"]


def _key(key: str, item_id: str) -> dict[str, object]:
    customer, number, method, style = ORDERS.keys[key]
    return {"customer_name": customer, "aag_order_number": number, "planned_delivery_method": method,
            "customer_style": style, "item_id": item_id, "sync_state": "SYNCED"}  # fmt: skip


def test_an_item_of_two_orders_leads_no_line_anywhere() -> None:
    """Two relations that disagree say nothing about lines."""
    found = MATCHER.match("OLD", OF_ORDERS, [_key("k1", "11"), _key("k2", "11"), _key("k4", "12")], {})
    assert by_item_of([found]) == {"12": "k4"}
    assert isinstance(found.claims[0], Claim)


@given(st.text(max_size=20))
def test_a_part_of_a_key_is_the_same_when_read_again(text: str) -> None:
    """Folding twice is folding once, and never fails."""
    assert part_of(part_of(text)) == part_of(text)
