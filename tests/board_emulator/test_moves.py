"""What people do beyond the API: moving to another board, restoring, deactivating labels."""

# ruff: noqa: E501 - GraphQL documents stand on one line
from __future__ import annotations

from typing import Any

from board_emulator.people import People
from tests.board_emulator.conftest import DEV, PROD, Api

ORDER = "text_mkr5wya6"
WHERE = 'query($i:[ID!]){items(ids:$i){id state board{id} group{id} column_values(ids:["text_mkr5wya6"]){text} subitems{id name board{id}}}}'
MOVE = "mutation($b:ID!,$g:ID!,$i:ID!){move_item_to_board(board_id:$b,group_id:$g,item_id:$i){id}}"


def where(api: Api, item: str) -> Any:
    return api(WHERE, {"i": [item]}).data["items"]


def test_an_item_moves_to_another_board_with_its_subitems(api: Api) -> None:
    """It keeps its id, its subitems go to the other board's subitem board, and same columns keep their values."""
    item = api.item("order", {ORDER: "A1"})
    sub = api('mutation($p:ID!){create_subitem(parent_item_id:$p,item_name:"S"){id}}', {"p": item}).data
    assert api(MOVE, {"b": PROD, "g": "topics", "i": item}).data["move_item_to_board"]["id"] == item
    (found,) = where(api, item)
    assert (found["state"], found["board"]["id"], found["column_values"][0]["text"]) == ("active", PROD, "A1")
    (below,) = found["subitems"]
    assert below["id"] == sub["create_subitem"]["id"]
    assert below["board"]["id"] == api.emulator.world.boards[PROD].subitem_board_id
    page = "query($b:[ID!]){boards(ids:$b){items_count items_page(limit:5){items{id}}}}"
    counts = [api(page, {"b": [b]}).data["boards"][0] for b in (DEV, PROD)]
    assert [(c["items_count"], len(c["items_page"]["items"])) for c in counts] == [(0, 0), (1, 1)]
    assert api(MOVE, {"b": PROD, "g": "topics", "i": item}).codes == ["InvalidArgumentException"]


def test_a_group_moves_with_its_items_and_is_gone_here(api: Api) -> None:
    """On the other board it is a new group of the same title."""
    people = People(api.emulator)
    group = people.create_group(DEV, "Done")
    item = api.item("order", group=group.id)
    there = people.move_group_to_board(DEV, group.id, PROD)
    (found,) = where(api, item)
    assert (found["board"]["id"], found["group"]["id"], there.title) == (PROD, there.id, "Done")
    assert api.emulator.world.boards[DEV].groups[group.id].state == "deleted"


def test_what_a_person_restores_is_there_again(api: Api) -> None:
    """An archived item, a deleted one, and a group with its items; archived ones are shown with their state."""
    people = People(api.emulator)
    group = people.create_group(DEV, "Season")
    items = [api.item(f"order {n}", group=group.id) for n in range(3)]
    people.remove_item(items[0], state="archived")
    people.remove_item(items[1], state="deleted")
    assert [where(api, i)[0]["state"] if where(api, i) else None for i in items] == ["archived", None, "active"]
    people.remove_group(DEV, group.id, state="archived")
    assert where(api, items[2])[0]["state"] == "archived"
    people.restore_group(DEV, group.id)
    assert [where(api, i)[0]["state"] for i in items] == ["active"] * 3
    assert api.emulator.world.active[DEV] == 3


def test_a_deactivated_label_is_neither_taken_nor_made_twice(api: Api) -> None:
    """What shows it goes on showing it; sending it is refused, also where labels may be created."""
    people = People(api.emulator)
    item = api.item("order", {"color_mkr5yf27": {"label": "PCS"}})
    people.deactivate_label(DEV, "color_mkr5yf27", "PCS")
    read = 'query($i:[ID!]){items(ids:$i){column_values(ids:["color_mkr5yf27"]){text}}}'
    assert api(read, {"i": [item]}).data["items"][0]["column_values"][0]["text"] == "PCS"
    for labels in (False, True):
        assert api.create("other", {"color_mkr5yf27": {"label": "PCS"}}, labels=labels).codes == [
            "ColumnValueException"
        ]
    assert [label.text for label in api.emulator.world.boards[DEV].columns["color_mkr5yf27"].labels.values()].count(
        "PCS"
    ) == 1


def test_a_mapping_names_every_column_and_only_such_that_fit(api: Api) -> None:
    """One that leaves columns out, or names what is not there or of another type, is refused; a whole one is taken."""
    document = (
        "mutation($b:ID!,$g:ID!,$i:ID!,$c:[ColumnMappingInput!])"
        "{move_item_to_board(board_id:$b,group_id:$g,item_id:$i,columns_mapping:$c){id}}"
    )
    item = api.item("order", {ORDER: "A1"})
    here, there = (api.emulator.world.boards[b].columns for b in (DEV, PROD))
    whole = {c.id: None for c in here.values() if c.type not in {"name", "subtasks"}}

    def moved(**changes: str | None) -> Any:
        pairs = [{"source": source, "target": target} for source, target in {**whole, **changes}.items()]
        return api(document, {"b": PROD, "g": "topics", "i": item, "c": pairs})

    number = next(c.id for c in there.values() if c.type == "numbers")
    other = next(c.id for c in here.values() if c.type == "text" and c.id != ORDER)
    lacking = [{"source": ORDER, "target": ORDER}]
    assert api(document, {"b": PROD, "g": "topics", "i": item, "c": lacking}).codes == ["InvalidArgumentException"]
    assert moved(**{ORDER: number}).codes == ["InvalidArgumentException"]
    assert moved(**{ORDER: "text_nowhere"}).codes == ["InvalidColumnIdException"]
    assert moved(text_nowhere=ORDER).codes == ["InvalidColumnIdException"]
    assert moved(**{ORDER: ORDER, other: ORDER}).codes == ["InvalidArgumentException"]
    assert where(api, item)[0]["board"]["id"] == DEV
    assert moved(**{ORDER: ORDER}).data["move_item_to_board"]["id"] == item
    assert where(api, item)[0]["column_values"][0]["text"] == "A1"


def test_subitems_may_get_new_ids(api: Api) -> None:
    """The vendor does not say that they keep theirs: an emulator told so gives new ones, and the old are gone."""
    api.emulator.world.renews_moved_subitems = True
    item = api.item("order", {ORDER: "A1"})
    made = api('mutation($p:ID!){create_subitem(parent_item_id:$p,item_name:"S"){id}}', {"p": item}).data
    old = made["create_subitem"]["id"]
    api(MOVE, {"b": PROD, "g": "topics", "i": item})
    (below,) = [s for s in where(api, item)[0]["subitems"] if s["id"] != old]
    assert (below["name"], below["board"]["id"]) == ("S", api.emulator.world.boards[PROD].subitem_board_id)
    assert where(api, old) == []
    assert api.emulator.world.items[int(old)].state == "deleted"
