"""Values per column type: what is taken, how it reads afterwards, and what is refused."""

# ruff: noqa: UP031 - GraphQL documents stand on one line and are full of braces; tokens are the emulator's own
from __future__ import annotations

import json
from typing import Any

import pytest

from tests.board_emulator.conftest import Api

DEV = "9609317401"


TEXT, LONG, NUMBER, DAY = "text_mkr5wya6", "long_text_mkr5p0cf", "numeric_mkr5cact", "date_mkr57811"
SEASON, UNIT, CUSTOMER = "dropdown_mkr58de6", "color_mkr5yf27", "dropdown_mkr542p2"


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        (TEXT, "JOO-1", "JOO-1"),
        (TEXT, "zwei\nZeilen 🚲 <b>", "zwei\nZeilen 🚲 <b>"),
        (TEXT, "x" * 2_000, "x" * 2_000),
        (TEXT, "", ""),
        (TEXT, None, ""),
        (LONG, {"text": "a\nb"}, "a\nb"),
        (LONG, None, ""),
        (NUMBER, "42.50", "42.5"),
        (NUMBER, "100", "100"),
        (NUMBER, "-0.0", "0"),
        (NUMBER, "", "0"),
        (NUMBER, None, ""),
        (DAY, {"date": "2026-06-15"}, "2026-06-15"),
        (DAY, {"date": "2026-06-15", "time": "09:30:00"}, "2026-06-15 09:30:00"),
        (DAY, None, ""),
        (CUSTOMER, {"labels": ["B'HOOD", "GREYSON"]}, "B'HOOD, GREYSON"),
        (CUSTOMER, {"ids": [2, 2]}, "AESCAPE"),
        (CUSTOMER, {"labels": []}, ""),
        (UNIT, {"label": "SET"}, "SET"),
        (UNIT, {"index": 3}, "PAIR"),
        (UNIT, {"label": "1"}, "PACK"),
        (UNIT, None, ""),
    ],
)
def test_a_documented_value_is_taken(api: Api, column: str, value: Any, text: str) -> None:
    """Each documented form reads back as the text a person sees; a label that is a number reads as an index."""
    item = api.item("x", {TEXT: "before"} if column == TEXT else {})
    assert api.change(item, {column: value}).codes == []
    assert (api.cell(item, column)["text"] or "") == text


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (TEXT, "x" * 2_001),
        (TEXT, "🚲" * 1_001),
        (TEXT, {"text": "x"}),
        (TEXT, 5),
        (TEXT, "a\x00b"),
        (LONG, "x"),
        (LONG, {"text": "x" * 2_001}),
        (LONG, {"text": ""}),
        (LONG, {"text": "x", "colour": "red"}),
        (NUMBER, 42.5),
        (NUMBER, "1,200"),
        (NUMBER, " 12"),
        (NUMBER, "1e3"),
        (NUMBER, "NaN"),
        (NUMBER, "1234567890.1234567"),
        (DAY, "2026-06-15"),
        (DAY, {"date": "2026-02-30"}),
        (DAY, {"date": "15.06.2026"}),
        (DAY, {"date": "2026-06-15", "time": "9:30"}),
        (DAY, {}),
        (CUSTOMER, {"labels": ["greyson"]}),
        (CUSTOMER, {"labels": "GREYSON"}),
        (CUSTOMER, {"labels": ["GREYSON"], "ids": [1]}),
        (CUSTOMER, {"ids": [9_999]}),
        (CUSTOMER, {"labels": [" "]}),
        (CUSTOMER, "GREYSON"),
        (UNIT, {"label": "BOX"}),
        (UNIT, {"label": "77"}),
        (UNIT, {"index": "1"}),
        (UNIT, {"index": True}),
        (UNIT, "PCS"),
        ("lookup_mkrbrdr1", "5"),
        ("pulse_id_mkr5pb5q", "5"),
        ("subtasks_mkr5c0kp", "5"),
    ],
)
def test_any_other_value_is_refused_and_changes_nothing(api: Api, column: str, value: Any) -> None:
    """A value in no documented form is a ColumnValueException that names the column's type, and neighbours stay."""
    item = api.item("x", {TEXT: "before"})
    answer = api.change(item, {TEXT: "after", column: value} if column != TEXT else {column: value})
    assert answer.codes == ["ColumnValueException"]
    assert answer.status == 200
    assert answer.body["errors"][0]["extensions"]["error_data"]["column_type"]
    assert answer.body["errors"][0]["path"] == ["change_multiple_column_values"]
    assert api.cell(item, TEXT)["text"] == "before"


def test_typed_fields_say_the_same_as_the_text(api: Api) -> None:
    """Number, date, labels and index come typed, and ``value`` is JSON."""
    item = api.item(
        "x", {NUMBER: "12.5", DAY: {"date": "2026-06-15"}, UNIT: {"label": "SET"}, CUSTOMER: {"labels": ["AJE"]}}
    )
    assert api.cell(item, NUMBER)["number"] == 12.5
    assert json.loads(api.cell(item, NUMBER)["value"]) == "12.5"
    assert api.cell(item, DAY)["date"] == "2026-06-15"
    assert api.cell(item, UNIT)["index"] == 2
    assert json.loads(api.cell(item, UNIT)["value"])["index"] == 2
    assert [entry["label"] for entry in api.cell(item, CUSTOMER)["values"]] == ["AJE"]


def test_labels_are_made_only_when_asked_and_then_once(api: Api) -> None:
    """A missing label fails without create_labels_if_missing; with it, it is made, and found the next time."""
    assert api.create("x", {SEASON: {"labels": ["S26"]}}).codes == ["ColumnValueException"]
    first = api.item("x", {SEASON: {"labels": ["S26", "F26", "S26"]}}, labels=True)
    again = api.item("y", {SEASON: {"labels": ["S26"]}}, labels=True)
    assert [entry["id"] for entry in api.cell(first, SEASON)["values"]] == ["1", "2"]
    assert [entry["id"] for entry in api.cell(again, SEASON)["values"]] == ["1"]


def test_a_refused_request_makes_no_label(api: Api) -> None:
    """The label of a good cell is not made when its neighbour fails."""
    assert api.create("x", {SEASON: {"labels": ["S26"]}, NUMBER: "many"}, labels=True).codes == ["ColumnValueException"]
    assert api.create("x", {SEASON: {"labels": ["S26"]}}).codes == ["ColumnValueException"]


def test_a_status_column_holds_forty_short_labels(api: Api) -> None:
    """At most 40 labels of 30 characters; a label that is a number is never made."""
    assert api.create("x", {UNIT: {"label": "x" * 31}}, labels=True).codes == ["ColumnValueException"]
    assert api.create("x", {UNIT: {"label": "12"}}, labels=True).codes == ["ColumnValueException"]
    for number in range(35):
        api.item("x", {UNIT: {"label": f"unit {number}"}}, labels=True)
    answer = api.create("x", {UNIT: {"label": "one more"}}, labels=True)
    assert "at most 40 labels" in answer.body["errors"][0]["message"]


def test_the_error_lists_the_labels_there_are(api: Api) -> None:
    """A person who reads the error sees what could have been sent."""
    message = api.create("x", {UNIT: {"label": "BOX"}}).body["errors"][0]["message"]
    assert "PCS, PACK, SET, PAIR" in message


def test_column_values_must_be_json_text(api: Api) -> None:
    """The scalar JSON is a JSON formatted string: an object, a list or broken text is refused."""
    create = 'mutation($v:JSON){create_item(board_id:%s,item_name:"x",column_values:$v){id}}' % DEV
    for value in ({TEXT: "x"}, "[1]", "{"):
        assert api(create, {"v": value}).codes == ["JsonParseException"]


def test_an_unknown_column_is_named(api: Api) -> None:
    """InvalidColumnIdException says which column the board lacks."""
    answer = api.create("x", {"text_nope": "x"})
    assert answer.codes == ["InvalidColumnIdException"]
    assert "text_nope" in answer.body["errors"][0]["message"]


def test_simple_values_are_plain_text(api: Api) -> None:
    """change_simple_column_value takes the plain text of every type, and empties with empty text."""
    item = api.item()
    change = (
        "mutation($c:String!,$i:ID,$v:String){change_simple_column_value(board_id:%s,item_id:$i,column_id:$c,value:$v){id}}"
        % DEV
    )
    for column, value in (
        (TEXT, "t"),
        (LONG, "l"),
        (NUMBER, "7"),
        (DAY, "2026-01-02"),
        (UNIT, "SET"),
        (CUSTOMER, "AJE"),
    ):
        assert api(change, {"c": column, "i": item, "v": value}).codes == []
        assert api.cell(item, column)["text"] == value
        assert api(change, {"c": column, "i": item, "v": "" if column != NUMBER else None}).codes == []
        assert not api.cell(item, column)["text"]
