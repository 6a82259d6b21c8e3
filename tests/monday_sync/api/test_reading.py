"""Reading: boards, pages, ids and texts; what is asked again, and what is given up."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from monday_sync.errors import (
    DailyLimitError,
    NotReadError,
    RefusedError,
    RequestFailedError,
    TokenRevokedError,
    TooLargeError,
    UnreachableError,
)
from tests.monday_sync.api.stub import BOARD, Answer, Stub, answer, error

ME = {"me": {"id": "1", "name": "n", "account": {"id": "2"}}}


def item(
    number: int, *, board: str | None = "1", subitems: Sequence[dict[str, Any] | None] = (), **more: Any
) -> dict[str, Any]:
    return {
        "id": str(number),
        "name": f"item {number}",
        "state": "active",
        "board": None if board is None else {"id": board},
        "group": {"id": "g"},
        "texts": [
            {"id": "text_1", "text": f"A{number}"},
            {"id": "numbers_1", "text": "5.0"},
            {"id": "status_1", "text": ""},
        ],
        "dates": [{"id": "date_1", "date": "2026-06-15", "time": None}],
        "dropdowns": [{"id": "dropdown_1", "values": [{"label": "GREYSON"}]}],
        "subitems": subitems or None,
        **more,
    }


SUBITEM = {
    "id": "77", "name": "S", "state": "archived", "texts": [{"id": "numbers_2", "text": "3"}], "dates": [],
    "dropdowns": [{"id": "dropdown_2", "values": []}],
}  # fmt: skip


def page(numbers: list[int], cursor: str | None) -> dict[str, Any]:
    return {"cursor": cursor, "items": [item(n) for n in numbers]}


def first(numbers: list[int], cursor: str | None = None) -> httpx.Response:
    return answer({"boards": [{"items_page": page(numbers, cursor)}]})


def following(numbers: list[int], cursor: str | None = None) -> httpx.Response:
    return answer({"next_items_page": page(numbers, cursor)})


def test_an_item_is_read_with_its_cells_and_subitems() -> None:
    """Values stand under their column ids in canonical form; subitems keep their state."""
    stub = Stub([answer({"items": [item(5, subitems=[SUBITEM, None])]})])
    (found,) = stub.api.items(BOARD, ids=["5"])
    assert found.values == {"text_1": "A5", "date_1": "2026-06-15", "dropdown_1": "GREYSON", "status_1": None,
                            "numbers_1": "5"}  # fmt: skip
    assert (found.group_id, found.state) == ("g", "active")
    (subitem,) = found.subitems
    assert (subitem.id, subitem.state, subitem.group_id) == ("77", "archived", None)
    assert subitem.values == {"dropdown_2": None, "numbers_2": "3"}
    asked = stub.bodies[0]["variables"]
    assert (asked["dates"], asked["dropdowns"], asked["texts"]) == (
        ["date_1"], ["dropdown_1"], ["text_1", "status_1", "numbers_1"],
    )  # fmt: skip


def test_pages_follow_the_cursor_and_no_item_comes_twice() -> None:
    """All pages are read; an item that moved between two of them while reading is given once."""
    stub = Stub([first([1, 2], "c1"), following([2, 3], "c2"), following([])])
    assert [i.id for i in stub.api.items(BOARD)] == ["1", "2", "3"]
    assert [b["variables"].get("cursor") for b in stub.bodies] == [None, "c1", "c2"]


def test_a_cursor_that_ran_out_starts_the_reading_again() -> None:
    """Cursors end after a while; what was read is not given again."""
    expired = answer(errors=[error("CursorExpiredError", "cursor expired")])
    stub = Stub([first([1, 2], "c1"), expired, first([1, 2], "c2"), following([3])])
    assert [i.id for i in stub.api.items(BOARD)] == ["1", "2", "3"]


def test_a_first_page_that_is_refused_is_not_asked_again() -> None:
    """Only an old cursor is a reason to begin anew."""
    stub = Stub([answer(errors=[error("Boom")])])
    with pytest.raises(NotReadError):
        list(stub.api.items(BOARD))
    assert len(stub.seen) == 1


def test_items_of_a_group_and_of_a_group_that_is_gone() -> None:
    """A group is read like a board; one that is not there has no items."""
    there = answer({"boards": [{"groups": [{"items_page": page([4], None)}]}]})
    assert [i.id for i in Stub([there]).api.items(BOARD, group="g")] == ["4"]
    assert list(Stub([answer({"boards": [{"groups": []}]})]).api.items(BOARD, group="x")) == []


def test_items_on_another_board_are_left_out() -> None:
    """An item that a person moved to another board is not ours any more; a deleted one has no board."""
    stub = Stub(
        [answer({"items": [item(1, board="99"), item(2), None, item(3, board=None, state="deleted", group=None)]})]
    )
    assert [(i.id, i.state) for i in stub.api.items(BOARD, ids=["1", "2", "3"])] == [("2", "active"), ("3", "deleted")]


def test_ids_are_asked_for_in_hundreds_and_once() -> None:
    """The API takes 100 ids; duplicates cost nothing."""

    def reply(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["variables"]
        assert asked["limit"] == len(asked["ids"]) <= 100
        return answer({"items": [item(int(i)) for i in asked["ids"]]})

    stub = Stub([reply])
    assert len(list(stub.api.items(BOARD, ids=[str(n) for n in [*range(250), *range(250)]]))) == 250
    assert len(stub.seen) == 3
    assert list(stub.api.items(BOARD, ids=[])) == []
    assert len(stub.seen) == 3


def test_finding_asks_for_hundreds_of_texts_and_reads_all_pages() -> None:
    """Texts are split over calls, pages followed, and an item that two texts find is given once."""

    def reply(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["variables"]
        if "cursor" in asked:
            return following([900])
        assert len(asked["wanted"]) <= 100
        return answer({"items_page_by_column_values": page([int(asked["wanted"][0]), 900], "c")})

    stub = Stub([reply])
    assert [i.id for i in stub.api.find(BOARD, "text_1", [str(n) for n in range(150)])] == ["0", "900", "100"]
    assert len(stub.seen) == 4


def test_a_page_that_is_too_large_is_halved() -> None:
    """Points above the limit for one query, or an answer that comes too late, make pages smaller."""
    large = answer(errors=[error("maxComplexityExceeded", "too complex")])
    stub = Stub([large, httpx.ReadTimeout("late"), first([1])])
    assert [i.id for i in stub.api.items(BOARD)] == ["1"]
    assert [b["variables"]["limit"] for b in stub.bodies] == [100, 50, 25]


def test_a_page_of_one_that_is_too_large_is_an_error() -> None:
    """Halving ends."""
    with pytest.raises(TooLargeError):
        list(Stub([answer(errors=[error("maxComplexityExceeded")])]).api.items(BOARD))


BROKEN: dict[str, Answer] = {
    "reset": httpx.ReadError("reset"),
    "502": httpx.Response(502, html="<p>"),
    "truncated": httpx.Response(200, text='{"data": {"me"'),
    "HTML": httpx.Response(200, html="<p>"),
    "wrong types": answer({"me": {"id": 5, "name": "n", "account": {"id": "2"}}}),
    "a list": answer({"me": []}),
    "internal error": answer(errors=[error("INTERNAL_SERVER_ERROR")]),
    "errors is a text": answer(ME, "bad"),
    "no data": answer(errors=[]),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_a_query_without_a_usable_answer_is_asked_again(broken: Answer) -> None:
    """Asking changes nothing, so it is repeated; for ever it is not."""
    assert Stub([broken, broken, answer(ME)]).api.start(()).me.id == "1"
    stub = Stub([broken])
    with pytest.raises(NotReadError, match="start, 6 times"):
        stub.api.start(())
    assert stub.keys == [None] * 6


def test_queries_wait_for_limits_and_stop_for_good_reasons() -> None:
    """The same limits and stops as for mutations."""
    budget = answer(errors=[error("COMPLEXITY_BUDGET_EXHAUSTED", retry_in_seconds=5)], status=429)
    stub = Stub([budget, answer(ME)])
    assert stub.api.start(()).me.account_id == "2"
    assert stub.clock.naps == [5]
    with pytest.raises(DailyLimitError):
        Stub([answer(errors=[error("DAILY_LIMIT_EXCEEDED")], status=429)]).api.start(())
    with pytest.raises(TokenRevokedError):
        Stub([answer({"me": None})]).api.start(())
    with pytest.raises(UnreachableError):
        Stub([httpx.ConnectError("refused")]).api.start(())


def board(**more: Any) -> dict[str, Any]:
    column = {"id": "status_1", "title": "UNIT", "type": "status", "archived": False, "revision": "3"}
    labels = [{"index": 0, "label": "PCS"}, {"index": 7, "label": "12"}, {"index": 9, "label": ""},
              {"index": 8, "label": "OLD", "is_deactivated": True}]  # fmt: skip
    return {
        "id": "1", "name": "Board", "state": "active", "permissions": "everyone", "access_level": "edit",
        "items_count": 3, "items_limit": 10_000,
        "groups": [{"id": "a", "title": "A", "archived": False}, {"id": "b", "title": "B", "deleted": 1},
                   {"id": "c", "title": "C"}],
        "columns": [column | {"settings": {"labels": labels}}],
        **more,
    }  # fmt: skip


def test_a_board_has_its_active_groups_and_labels() -> None:
    """Deleted groups and deactivated labels are not among them; an index belongs to its label."""
    info = Stub([answer({"boards": [board()]})]).api.board("1")
    assert [(g.id, g.position) for g in info.groups] == [("a", 0), ("c", 1)]
    assert info.columns["status_1"].labels == ("PCS", "12")
    assert info.columns["status_1"].label_ids == {"PCS": 0, "12": 7}
    assert info.can_write
    assert not Stub([answer({"boards": [board(access_level="view")]})]).api.board("1").can_write


@pytest.mark.parametrize(
    "settings",
    ['{"labels": {"0": "PCS", "7": "12"}}', {"labels": {"0": "PCS", "7": "12"}},
     {"labels": [{"id": 0, "name": "PCS"}, {"id": 7, "name": "12"}]}],
)  # fmt: skip
def test_older_forms_of_settings_are_read(settings: object) -> None:
    """Settings as a text, labels as an object, names instead of labels."""
    column = {"id": "s", "title": "S", "type": "status", "archived": False, "revision": "1", "settings": settings}
    info = Stub([answer({"boards": [board(columns=[column])]})]).api.board("1")
    assert info.columns["s"].label_ids == {"PCS": 0, "12": 7}


@pytest.mark.parametrize("boards", [None, [], [None]])
def test_a_board_that_is_not_there_is_refused(boards: object) -> None:
    """Exit 2, naming the id and what to do."""
    with pytest.raises(RefusedError, match="no board 1"):
        Stub([answer({"boards": boards})]).api.board("1")


def test_the_day_is_read_as_far_as_it_is_told() -> None:
    """An account without these figures is no error; calls since then are added to those it had used."""
    stub = Stub([answer({**ME, "platform_api": None})])
    stub.api.start(())
    assert stub.api.day.limit is None
    stub = Stub([answer({**ME, "platform_api": {"daily_limit": {"total": 10_000}, "daily_analytics": None}})])
    stub.api.start(())
    assert (stub.api.day.limit, stub.api.day.used) == (10_000, None)
    today = dt.datetime.now(dt.UTC).date().isoformat()
    usage = {"daily_limit": {"total": 10}, "daily_analytics": {"by_day": [{"day": today, "usage": 4}]}}
    stub = Stub([answer({**ME, "platform_api": usage})])
    stub.api.start(())
    stub.api.start(())
    assert stub.api.day.used == 4
    with pytest.raises(RefusedError):
        stub.api.board("1")
    assert stub.api.day.used == 5


def test_a_token_that_may_not_see_the_days_calls_can_still_work() -> None:
    """A refusal of that one field is no refusal of the rest; one of the boards is, and so is a limit."""
    refusal = error("USER_UNAUTHORIZED", path=["platform_api"])
    stub = Stub([answer({**ME, "platform_api": None, "boards": [board()]}, errors=[refusal])])
    assert stub.api.start(("1",)).boards["1"].name == "Board"
    assert stub.api.day.limit is None
    with pytest.raises(RefusedError, match="no board 2"):
        stub.api.start(("1", "2"))
    with pytest.raises(NotReadError):
        Stub([answer({**ME, "boards": None}, errors=[error("OTHER", path=["boards"])])]).api.start(("1",))
    limited = answer({**ME}, errors=[error("FIELD_MINUTE_RATE_LIMIT_EXCEEDED", path=["platform_api"])])
    stub = Stub([limited, answer(ME)])
    stub.api.start(())
    assert len(stub.seen) == 2


def column_answer(labels: list[dict[str, Any]], revision: str, kind: str = "dropdown") -> httpx.Response:
    column = {"id": "d", "title": "D", "type": kind, "archived": False, "revision": revision,
              "settings": {"labels": labels, "limit_select": True}}  # fmt: skip
    return answer({"boards": [{"columns": [column]}]})


def test_labels_are_added_to_the_list_as_it_is_now() -> None:
    """Someone else's label in between is kept: the refused revision leads to reading again."""
    s, m = {"id": 1, "label": "S"}, {"id": 2, "label": "M"}
    done = answer({"update_dropdown_column": {"id": "d"}})
    refused = answer({"update_dropdown_column": None}, [error("RevisionConflict", path=["update_dropdown_column"])])
    stub = Stub([column_answer([s], "1"), refused, column_answer([s, m], "2"), done,
                 column_answer([s, m, {"id": 3, "label": "L"}], "3")])  # fmt: skip
    assert stub.api.add_labels("1", "d", ["L", "S"]).labels == ("S", "M", "L")
    sent = stub.bodies[3]["variables"]
    assert sent["revision"] == "2"
    assert [entry["label"] for entry in sent["settings"]["labels"]] == ["S", "M", "L"]
    assert sent["settings"]["limit_select"] is True


def test_labels_that_are_there_cost_one_query() -> None:
    """Nothing to add is nothing to change."""
    stub = Stub([column_answer([{"id": 1, "label": "S"}], "1")])
    stub.api.add_labels("1", "d", ["S"])
    assert len(stub.seen) == 1


def test_a_deactivated_label_comes_back() -> None:
    """It does not stand there twice."""
    off = {"id": 1, "label": "S", "is_deactivated": True}
    stub = Stub([column_answer([off], "1"), answer({"update_dropdown_column": {"id": "d"}}),
                 column_answer([{"id": 1, "label": "S"}], "2")])  # fmt: skip
    stub.api.add_labels("1", "d", ["S"])
    assert stub.bodies[1]["variables"]["settings"]["labels"] == [{"id": 1, "label": "S", "is_deactivated": False}]


def test_labels_of_other_columns_and_endless_conflicts_are_refused() -> None:
    """A status column is not changed this way, and trying ends."""
    with pytest.raises(RequestFailedError, match="no dropdown"):
        Stub([column_answer([], "1", "status")]).api.add_labels("1", "d", ["S"])
    refused = answer(
        {"update_dropdown_column": None}, [error("RevisionConflict", "changed", ["update_dropdown_column"])]
    )
    stub = Stub([column_answer([], "1"), refused] * 4 + [refused])
    with pytest.raises(RequestFailedError, match="changed"):
        stub.api.add_labels("1", "d", ["S"])
