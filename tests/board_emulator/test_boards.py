"""Boards, groups and items: creating, reading, moving, removing, finding."""

# ruff: noqa: E501, UP031 - GraphQL documents stand on one line and are full of braces; tokens are the emulator's own
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from board_emulator.definitions import load_boards
from board_emulator.errors import BoardFileError
from tests.board_emulator.conftest import Api

DEV, DEV_SUBITEMS, PROD = "9609317401", "9609317948", "9200517329"
ORDER = "text_mkr5wya6"


def groups(api: Api, board: str = DEV) -> Any:
    return [
        (g["id"], g["title"])
        for g in api("query($b:[ID!]){boards(ids:$b){groups{id title}}}", {"b": [board]}).data["boards"][0]["groups"]
    ]


def create_group(api: Api, title: str, **more: Any) -> Any:
    arguments = "".join(
        f",{name}:{value if name.endswith('method') else json.dumps(value)}" for name, value in more.items()
    )
    return api(
        f"mutation($t:String!){{create_group(board_id:{DEV},group_name:$t{arguments}){{id title color}}}}", {"t": title}
    )


def names(api: Api, board: str = DEV) -> Any:
    page = api("query($b:[ID!]){boards(ids:$b){items_page(limit:500){items{name group{title}}}}}", {"b": [board]})
    return [item["name"] for item in page.data["boards"][0]["items_page"]["items"]]


def test_a_fresh_emulator_has_the_dev_and_prod_boards(api: Api) -> None:
    """Both boards, their subitem boards, and the labels that planners keep."""
    boards = api("{boards{id name items_limit permissions access_level columns{id} type}}").data["boards"]
    assert [(b["id"], len(b["columns"]), b["type"]) for b in boards] == [
        (DEV, 85, "board"), (DEV_SUBITEMS, 11, "sub_items_board"), (PROD, 84, "board"), ("9200771505", 11, "sub_items_board"),
    ]  # fmt: skip
    assert {b["items_limit"] for b in boards} == {10_000}
    subtasks = api("{boards(ids:[%s]){columns(types:[subtasks,status]){type settings settings_str}}}" % DEV).data[
        "boards"
    ][0]
    found = {column["type"]: column for column in subtasks["columns"]}
    assert json.loads(found["subtasks"]["settings_str"])["boardIds"] == [int(DEV_SUBITEMS)]
    assert found["subtasks"]["settings"]["boardIds"] == [int(DEV_SUBITEMS)]


def test_groups_go_where_they_are_put_and_may_share_a_title(api: Api) -> None:
    """On top by default, before or after another when asked; the same title twice makes two groups."""
    b = create_group(api, "B").data["create_group"]["id"]
    create_group(api, "A", position_relative_method="before_at", relative_to=b)
    create_group(api, "C", position_relative_method="after_at", relative_to=b)
    create_group(api, "B", position_relative_method="after_at", relative_to=b)
    assert [title for _, title in groups(api)] == ["A", "B", "B", "C", "Backlog"]
    assert len({group_id for group_id, _ in groups(api)}) == 5


def test_any_number_of_groups_fits_behind_one(api: Api) -> None:
    """Each goes right behind the same group, so the last stands first; places are halves of gaps, and gaps run out."""
    ((backlog, _),) = groups(api)
    for number in range(130):
        create_group(api, f"G{number}", position_relative_method="after_at", relative_to=backlog)
    titles = [title for _, title in groups(api)]
    assert titles == ["Backlog", *(f"G{number}" for number in reversed(range(130)))]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"relative_to": "topics"}, "InvalidArgumentException"),
        ({"relative_to": "nope", "position_relative_method": "after_at"}, "InvalidGroupIdException"),
        ({"group_color": "red"}, "InvalidArgumentException"),
        ({"position": "1"}, "InvalidArgumentException"),
    ],
)
def test_a_group_is_refused(api: Api, more: Any, code: str) -> None:
    """Half a position, an unknown neighbour, no hex colour, a deprecated argument."""
    assert create_group(api, "A", **more).codes == [code]
    assert len(groups(api)) == 1


@pytest.mark.parametrize(("field", "said"), [("delete_group", "deleted"), ("archive_group", "archived")])
def test_groups_are_renamed_moved_and_removed(api: Api, field: str, said: str) -> None:
    """A renamed group keeps its id; a removed one takes its items along; the last one stays."""
    a = create_group(api, "A").data["create_group"]["id"]
    update = (
        "mutation($g:String!,$a:GroupAttributes!,$v:String!){update_group(board_id:%s,group_id:$g,group_attribute:$a,new_value:$v){id}}"
        % DEV
    )
    assert api(update, {"g": a, "a": "title", "v": "Z"}).codes == []
    assert api(update, {"g": a, "a": "relative_position_after", "v": "topics"}).codes == []
    assert groups(api) == [("topics", "Backlog"), (a, "Z")]
    item = api.item(group=a)
    api.subitem(item, "M")
    remove = f"mutation($g:String!){{{field}(board_id:{DEV},group_id:$g){{id {said}}}}}"
    assert api(remove, {"g": a}).data[field] == {"id": a, said: True}
    assert api(remove, {"g": a}).codes == ["InvalidGroupIdException"]
    assert api(remove, {"g": "topics"}).codes == ["DeleteLastGroupException"]
    assert api.change(item, {ORDER: "x"}).codes == ["InvalidItemIdException"]
    assert api("{boards(ids:[%s]){items_count}}" % DEV_SUBITEMS).data["boards"][0]["items_count"] == 0


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "InvalidItemNameException"), (" \n", "InvalidItemNameException"), ("x" * 256, "ItemNameTooLongException"),
     ("🚲" * 128, "ItemNameTooLongException")],
)  # fmt: skip
def test_item_names_have_1_to_255_characters(api: Api, name: str, code: str) -> None:
    """Empty, blank and too long names are refused on create, change and for subitems."""
    item = api.item("x" * 255)
    assert api.create(name).codes == [code]
    assert api.change(item, {"name": name}).codes == [code]
    assert api.subitem(item, name).codes == [code]


def test_a_board_is_full_at_its_limit(api: Api) -> None:
    """ItemsLimitationException at items_limit; archived items free their place."""
    api.emulator.world.boards[DEV].items_limit = 2
    first = api.item()
    api.item()
    assert api.create().codes == ["ItemsLimitationException"]
    api("mutation($i:ID){archive_item(item_id:$i){id}}", {"i": first})
    assert api.create().codes == []


def test_subitems_lie_on_a_board_of_their_own(api: Api) -> None:
    """A subitem knows its parent; it has no subitems, no group to move to, and is not made with create_item."""
    parent = api.item()
    made = api.subitem(parent, "M", {"dropdown_mkrak7qp": {"labels": ["M"]}, "numeric_mkra7j8e": "5"}).data[
        "create_subitem"
    ]
    assert made["board"]["id"] == DEV_SUBITEMS
    assert made["parent_item"]["id"] == parent
    assert api.subitem(made["id"], "deeper").codes == ["InvalidArgumentException"]
    assert api.create(board=DEV_SUBITEMS).codes == ["InvalidBoardIdException"]
    move = api('mutation($i:ID){move_item_to_group(item_id:$i,group_id:"topics"){id}}', {"i": made["id"]})
    assert move.codes == ["InvalidArgumentException"]
    assert api.change(made["id"], {"numeric_mkra7j8e": "6"}).codes == ["InvalidItemIdException"]
    assert api.change(made["id"], {"numeric_mkra7j8e": "6"}, board=DEV_SUBITEMS).codes == []
    assert api("query($i:[ID!]){items(ids:$i){subitems{id name}}}", {"i": [parent]}).data["items"][0]["subitems"] == [
        {"id": made["id"], "name": "M"}
    ]


def test_what_is_gone_cannot_be_changed(api: Api) -> None:
    """Archived and deleted items refuse every change; archived ones can still be read, deleted ones not."""
    kept, gone = api.item("kept"), api.item("gone")
    sub = api.subitem(kept, "M").data["create_subitem"]["id"]
    api("mutation($i:ID){archive_item(item_id:$i){id}}", {"i": kept})
    api("mutation($i:ID){delete_item(item_id:$i){id}}", {"i": gone})
    for item in (kept, gone):
        assert api.change(item, {ORDER: "x"}).codes == ["InvalidItemIdException"]
        assert api.subitem(item, "M").codes == ["InvalidItemIdException"]
        assert api("mutation($i:ID){archive_item(item_id:$i){id}}", {"i": item}).codes == ["InvalidItemIdException"]
    read = api("query($i:[ID!]){items(ids:$i){id state}}", {"i": [kept, gone, sub, "1"]}).data["items"]
    assert {entry["id"]: entry["state"] for entry in read} == {kept: "archived", sub: "archived"}
    assert names(api) == []


def test_items_move_and_are_listed_group_by_group(api: Api) -> None:
    """The order of a page is the order a person sees; a moved item is the last of its new group."""
    a = create_group(api, "A").data["create_group"]["id"]
    one = api.item("one")
    api.item("two", group=a)
    assert names(api) == ["two", "one"]
    api("mutation($i:ID,$g:String!){move_item_to_group(item_id:$i,group_id:$g){group{id}}}", {"i": one, "g": a})
    api.item("three", group=a)
    assert names(api) == ["two", "one", "three"]
    page = api(
        "query($b:[ID!],$g:[String]){boards(ids:$b){groups(ids:$g){items_page(limit:2){cursor items{name}}}}}",
        {"b": [DEV], "g": [a]},
    )
    first = page.data["boards"][0]["groups"][0]["items_page"]
    assert [item["name"] for item in first["items"]] == ["two", "one"]
    rest = api("query($c:String!){next_items_page(cursor:$c,limit:5){cursor items{name}}}", {"c": first["cursor"]})
    assert rest.data["next_items_page"] == {"cursor": None, "items": [{"name": "three"}]}


def test_pages_are_bounded_and_cursors_expire(api: Api) -> None:
    """At most 500 a page; a cursor lives an hour; what is created meanwhile is not on its pages, what is archived is left out."""
    ids = [api.item(str(n)) for n in range(5)]
    assert api("{boards(ids:[%s]){items_page(limit:501){cursor}}}" % DEV).codes == ["InvalidArgumentException"]
    first = api("{boards(ids:[%s]){items_page(limit:2){cursor}}}" % DEV).data["boards"][0]["items_page"]
    api.item("late")
    api("mutation($i:ID){archive_item(item_id:$i){id}}", {"i": ids[3]})
    following = "query($c:String!){next_items_page(cursor:$c,limit:2){cursor items{name}}}"
    second = api(following, {"c": first["cursor"]}).data["next_items_page"]
    assert [item["name"] for item in second["items"]] == ["2"]
    third = api(following, {"c": second["cursor"]}).data["next_items_page"]
    assert ([item["name"] for item in third["items"]], third["cursor"]) == (["4"], None)
    api.clock.advance(3_601)
    assert api(following, {"c": first["cursor"]}).codes == ["CursorExpiredError"]


def test_items_are_found_by_the_text_of_a_cell(api: Api) -> None:
    """Full match without regard to case; any value of a column, all columns; changed and archived items count as they are."""
    one = api.item("one", {ORDER: "JOO-1", "text_mkr5wcpw": "SEA"})
    two = api.item("two", {ORDER: "joo-1", "text_mkr5wcpw": "AIR"})
    api.item("three", {ORDER: "JOO-10"})
    find = (
        "query($c:[ItemsPageByColumnValuesQuery!]){items_page_by_column_values(board_id:%s,columns:$c,limit:10){items{id}}}"
        % DEV
    )

    def found(*columns: Any) -> Any:
        wanted = [{"column_id": column, "column_values": values} for column, values in columns]
        return [item["id"] for item in api(find, {"c": wanted}).data["items_page_by_column_values"]["items"]]

    assert found((ORDER, ["JOO-1"])) == [one, two]
    assert found((ORDER, ["JOO-1"]), ("text_mkr5wcpw", ["air"])) == [two]
    api.change(one, {ORDER: "other"})
    assert found((ORDER, ["JOO-1", "OTHER"])) == [one, two]
    four = api.item("four", {ORDER: "JOO-1"})
    api("mutation($i:ID){delete_item(item_id:$i){id}}", {"i": two})
    assert found((ORDER, ["joo-1"])) == [four]
    assert found(("name", ["FOUR"])) == [four]
    assert found(("text_mkr5wcpw", [""])) == sorted([found((ORDER, ["JOO-10"]))[0], four])
    unknown = api(find, {"c": [{"column_id": "nope", "column_values": ["x"]}]})
    assert unknown.codes == ["InvalidColumnIdException"]


def test_rules_filter_a_page(api: Api) -> None:
    """Rules on text, number and label columns, joined by and/or, ordered."""
    for number in (5, 40, 300):
        api.item(f"item {number}", {"numeric_mkr5cact": str(number), "color_mkr5yf27": {"index": number % 2}})
    ask = "query($q:ItemsQuery){boards(ids:[%s]){items_page(limit:10,query_params:$q){items{name}}}}" % DEV

    def found(query: Any) -> Any:
        return [item["name"] for item in api(ask, {"q": query}).data["boards"][0]["items_page"]["items"]]

    assert found({"rules": [{"column_id": "numeric_mkr5cact", "operator": "greater_than", "compare_value": [30]}]}) == [
        "item 40",
        "item 300",
    ]
    assert found({"rules": [{"column_id": "color_mkr5yf27", "compare_value": [1]}]}) == ["item 5"]
    assert found(
        {
            "operator": "or",
            "rules": [
                {"column_id": "name", "operator": "contains_text", "compare_value": "5"},
                {"column_id": "numeric_mkr5cact", "operator": "between", "compare_value": [100, 400]},
            ],
        }
    ) == ["item 5", "item 300"]
    assert found({"order_by": [{"column_id": "numeric_mkr5cact", "direction": "desc"}]}) == [
        "item 300",
        "item 40",
        "item 5",
    ]
    refused = api(
        ask, {"q": {"rules": [{"column_id": "date_mkr57811", "operator": "within_the_last", "compare_value": [1]}]}}
    )
    assert refused.codes == ["InvalidArgumentException"]


def test_aliased_mutations_run_one_after_the_other_and_fail_alone(api: Api) -> None:
    """One bad alias leaves null and an error with its name; the others took effect, in order."""
    answer = api("mutation{a:create_item(board_id:%s,item_name:\"a\"){id} b:create_item(board_id:1,item_name:\"b\"){id} "
                 "c:create_item(board_id:%s,item_name:\"c\"){id}}" % (DEV, DEV))  # fmt: skip
    assert answer.status == 200
    assert [error["path"] for error in answer.body["errors"]] == [["b"]]
    assert answer.body["data"]["b"] is None
    assert int(answer.body["data"]["a"]["id"]) < int(answer.body["data"]["c"]["id"])
    assert names(api) == ["a", "c"]


def test_labels_of_a_dropdown_are_replaced_by_revision(api: Api) -> None:
    """update_dropdown_column needs the revision of now, keeps the labels it is given, and refuses to drop one in use."""
    column = "dropdown_mkr58de6"
    item = api.item("x", {column: {"labels": ["S26"]}}, labels=True)
    read = '{boards(ids:[%s]){columns(ids:["%s"]){revision settings}}}' % (DEV, column)
    update = (
        'mutation($r:String!,$s:UpdateDropdownColumnSettingsInput){update_dropdown_column(board_id:%s,id:"%s",revision:$r,settings:$s){revision settings}}'
        % (DEV, column)
    )
    revision = api(read).data["boards"][0]["columns"][0]["revision"]
    assert api(update, {"r": "0", "s": {"labels": []}}).codes == ["REVISION_MISMATCH"]
    assert api(update, {"r": revision, "s": {"labels": [{"label": "F26"}]}}).codes == ["InvalidArgumentException"]
    labels = [{"id": 1, "label": "SS26"}, {"label": "F26"}]
    made = api(update, {"r": revision, "s": {"labels": labels}}).data["update_dropdown_column"]
    assert [label["label"] for label in made["settings"]["labels"]] == ["SS26", "F26"]
    assert api.cell(item, column)["text"] == "SS26"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("boards: [", "is not YAML"),
        ("boards: {}\nx: 1", "does not define boards"),
        ("boards:\n  - id: 1\n    name: a\n    target: dev\n    columns: {a: [A, wish]}", "unknown type wish"),
        ("boards:\n  - id: 1\n    name: a\n    target: dev\n    subitem_board: 2\n    columns: {}", "subitem_board 2"),
    ],
)
def test_a_wrong_board_file_is_a_message(tmp_path: Path, text: str, says: str) -> None:
    """The file of boards is checked on load, and the error says what is wrong."""
    path = tmp_path / "boards.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BoardFileError, match=says):
        load_boards(path)
    with pytest.raises(BoardFileError, match="cannot be read"):
        load_boards(tmp_path / "none.yml")
