"""A changed key or name is the same order on the board: the ledger follows, and nothing is created twice."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from bench.soak.relations import Order
from monday_sync.api import ChangeColumns, CreateItem, CreateSubitem
from monday_sync.commands.history import history
from monday_sync.commands.undo import rollback
from monday_sync.commands.verify import verify
from monday_sync.domain.keys import plain_size
from monday_sync.errors import ConfirmationNeededError
from monday_sync.render import plan_json, plan_text
from tests.monday_sync.conftest import Desk, orders
from tests.monday_sync.test_exactly_once import crash_at


class ByPo(Order):
    """An order whose key has a fourth column: the purchase order."""

    @property
    def key(self) -> str:
        parts = (self.customer, self.number, self.method, self.style, str(self.values.get("po_number")))
        return hashlib.sha256("|".join(parts).encode()).hexdigest()


def by_po(order: Order, **values: object) -> ByPo:
    fields = {name: getattr(order, name) for name in Order.__dataclass_fields__}
    return ByPo(**fields | {"values": {**order.values, **values}})


def renamed(several: list[Order], name: str) -> list[Order]:
    return [replace(order, customer=name) for order in several]


def there(desk: Desk) -> dict[str, str]:
    """Every active item and subitem by id."""
    return {t.id: t.name for t in desk.board.things.values() if t.state == "active"}


def created(desk: Desk) -> int:
    kinds = (CreateItem, CreateSubitem)
    return sum(isinstance(op, kinds) for request in desk.board.requests for op in request.operations)


def settled(desk: Desk) -> bool:
    states = desk.state("select distinct sync_state from FACT_ORDER_LIST") + desk.state(
        "select distinct sync_state from ORDER_LIST_LINES"
    )
    return set(states) == {("SYNCED",)} and desk.push().changed == 0 and verify(desk.context).clean


def test_a_key_that_is_declared_anew_costs_no_call(desk: Desk) -> None:
    """With a fourth key column every key is another: the ledger follows, and the board is not even looked at."""
    several = orders("1", "2", "3", values={"po_number": "7"})
    desk.have(several)
    desk.push()
    ids, sent, reads = there(desk), len(desk.board.requests), desk.board.reads
    desk.have([by_po(order) for order in several])
    plan = desk.plan()
    assert "re-keyed: 3 items and 6 subitems go on under another key" in plan_text(plan)
    assert "= item GREYSON: STYLE1 1 [re-keyed]" in plan_text(plan)
    assert len(plan_json(plan)["rekeyed"]) == 9  # type: ignore[arg-type]
    assert (len(plan.deleted), plan.touched) == (0, 0)
    result = desk.push()
    assert (result.items.confirmed, result.subitems.confirmed, result.changed, result.deletes_reported) == (3, 6, 0, 0)
    assert (there(desk), len(desk.board.requests), desk.board.reads) == (ids, sent, reads)
    keys = desk.state("select count(*) from monday_sync_items i join test_orders o using (order_key)")
    lines = desk.state("select count(*) from monday_sync_subitems s join test_lines o using (line_key, order_key)")
    assert (keys, lines) == ([(3,)], [(6,)])
    assert settled(desk)


def test_a_fourth_key_column_parts_orders(desk: Desk) -> None:
    """Of two orders that were one until now, the one that the board shows keeps the item, the other is created."""
    first = orders("1", values={"po_number": "7"})[0]
    desk.have([first, *orders("2", "3", "4")])
    desk.push()
    item = desk.board.named("STYLE1 1").id
    rest = [by_po(order) for order in orders("2", "3", "4")]
    desk.have([by_po(first, po_number="8", item_name="STYLE1 1 B"), by_po(first), *rest])
    result = desk.push()
    assert (result.items.created, result.subitems.created, result.items.updated) == (1, 2, 0)
    assert (desk.board.named("STYLE1 1").id, desk.shows("STYLE1 1", "po_number")) == (item, "7")
    assert desk.shows("STYLE1 1 B", "po_number") == "8"
    assert settled(desk)


def test_a_key_with_a_column_less_leaves_what_is_too_many(desk: Desk) -> None:
    """Of two items that are one order from now on, one goes on; the other is gone from the source."""
    first = orders("1", values={"po_number": "7"})[0]
    other = by_po(first, po_number="8", item_name="STYLE1 1 B")
    desk.have([by_po(first), other])
    desk.push()
    item = desk.board.named("STYLE1 1").id
    desk.have([first])
    result = desk.push()
    assert (result.items.created, result.changed, result.deletes_reported) == (0, 0, 1)
    assert desk.state("select monday_item_id from FACT_ORDER_LIST") == [(item,)]


def test_a_renamed_customer_keeps_its_items(desk: Desk) -> None:
    """A customer under another name is the same items with new labels in a new group; its baseline goes along."""
    several = orders("1", "2", "3")
    others = orders("4", "5", "6", "7", customer="RHONE")
    desk.have(several + others)
    desk.push()
    ids, before = there(desk), created(desk)
    desk.have(renamed(several, "ACME") + others, held={"GREYSON": "Only 0 of the 3 orders last pushed are left."})
    text = plan_text(desk.plan())
    assert "~ item ACME: STYLE1 1 [re-keyed, data, group]" in text
    assert "re-keyed: 3 items and 6 subitems" in text
    result = desk.push()
    assert (result.items.created, result.subitems.created, result.items.updated, result.items.moved) == (0, 0, 3, 3)
    assert (result.items.held_back, result.deletes_reported) == (0, 0)
    assert (there(desk), created(desk)) == (ids, before)
    assert desk.shows("STYLE1 1", "customer_name") == "ACME"
    baselines = "select customer_name, orders from monday_sync_customers order by 1"
    assert desk.state(baselines) == [("ACME", 3), ("RHONE", 4)]
    assert settled(desk)


def test_a_rename_that_touches_much_asks_for_its_number(desk: Desk) -> None:
    """Re-keying is planned like anything else: nothing happens, in ledger or board, until the number is given."""
    several = orders("1", "2")
    desk.have(several)
    desk.push()
    kept = desk.state("select * from monday_sync_items order by 1")
    desk.have(renamed(several, "ACME"))
    with pytest.raises(ConfirmationNeededError, match="--yes 2"):
        desk.push()
    assert desk.state("select * from monday_sync_items order by 1") == kept
    plan = desk.plan()
    assert desk.push(plan_id=plan.plan_id, yes=2).items.updated == 2
    assert settled(desk)


def test_two_customers_are_not_taken_for_one(desk: Desk) -> None:
    """Another customer's order with the same number is its own while the first customer has orders."""
    desk.have(orders("1", "2"))
    desk.push()
    desk.have(orders("2") + orders("1", customer="RHONE"))
    result = desk.push()
    assert (result.items.created, result.deletes_reported) == (1, 1)
    assert len(desk.board.active()) == 3


def test_a_size_typed_as_a_number_is_healed(desk: Desk) -> None:
    """A subitem that landed as 32.0 is renamed to 32, in name and label, with its quantity; there is no second one."""
    order = Order("GREYSON", "1", sizes={"32.0": 5, "32.50": 6, "S": 7})
    desk.have([order, *orders("2", "3", "4")])
    desk.push()
    ids = {t.id for t in desk.board.children(desk.board.named("STYLE1 1").id)}
    desk.have([replace(order, sizes={"32": 5, "32.5": 6, "S": 7}), *orders("2", "3", "4")])
    plan = desk.plan()
    assert sorted((c.column, c.old, c.new) for s in plan.steps for c in s.changes) == [
        ("item_name", "32.0", "32"), ("item_name", "32.50", "32.5"),
        ("size_code", "32.0", "32"), ("size_code", "32.50", "32.5"),
    ]  # fmt: skip
    assert "~ subitem GREYSON: 32 [re-keyed, data]" in plan_text(plan)
    result = desk.push()
    assert (result.subitems.updated, result.subitems.created, result.items.updated) == (2, 0, 0)
    assert desk.sizes("STYLE1 1") == {"32": "5", "32.5": "6", "S": "7"}
    assert {t.id for t in desk.board.children(desk.board.named("STYLE1 1").id)} == ids
    assert settled(desk)


def test_a_board_without_its_ledger_is_healed_as_well(desk: Desk) -> None:
    """With the ledger lost, 32 finds the subitem 32.0 of its order on the board and renames it."""
    order = Order("GREYSON", "1", sizes={"32.0": 5, "S": 7})
    desk.have([order, *orders("2", "3", "4")])
    desk.push()
    ids = there(desk).keys()
    desk.forget_ledger()
    desk.have([replace(order, sizes={"32": 5, "S": 7}), *orders("2", "3", "4")])
    result = desk.push()
    assert (result.items.created, result.subitems.created, result.subitems.adopted) == (0, 0, 8)
    assert desk.sizes("STYLE1 1") == {"32": "5", "S": "7"}
    assert there(desk).keys() == ids


def test_both_at_once_and_a_size_less(desk: Desk) -> None:
    """Renamed, with 32.0 spelled anew, one size gone and one quantity changed: each arrives, and nothing twice."""
    order = Order("GREYSON", "1", sizes={"32.0": 5, "S": 7, "M": 8})
    rest = orders("2", "3", "4", customer="RHONE")
    desk.have([order, *rest])
    desk.push()
    ids = there(desk).keys()
    desk.have([replace(order, customer="ACME", sizes={"32": 5, "S": 9}), *rest])
    desk.push()
    assert desk.sizes("STYLE1 1") == {"32": "5", "S": "9", "M": "0"}
    assert there(desk).keys() == ids
    assert settled(desk)


def test_orders_first_and_their_lines_later(desk: Desk) -> None:
    """With --skip-subitems the lines follow their order in the ledger, and the next push goes on with them."""
    order = Order("GREYSON", "1", sizes={"32.0": 5, "S": 7})
    rest = orders("2", "3", "4", customer="RHONE")
    desk.have([order, *rest])
    desk.push()
    ids = there(desk).keys()
    desk.have([replace(order, customer="ACME", sizes={"32": 5, "S": 7}), *rest])
    desk.push(skip_subitems=True)
    result = desk.push()
    assert (result.subitems.created, result.subitems.updated) == (0, 1)
    assert (desk.sizes("STYLE1 1"), there(desk).keys()) == ({"32": "5", "S": "7"}, ids)
    assert settled(desk)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("minutes", [1, 40])
def test_a_rename_that_was_killed_goes_on(desk: Desk, when: str, minutes: int) -> None:
    """Killed after the ledger has followed, the next push sends the rest: no item is lost, none is created."""
    several, others = orders("1", "2", "3"), orders("4", "5", "6", "7", customer="RHONE")
    desk.have(several + others)
    desk.push()
    ids = there(desk)
    desk.have(renamed(several, "ACME") + others)
    crash_at(desk, when, lambda request: isinstance(request.operations[0], ChangeColumns))
    desk.clock.pass_minutes(minutes)
    desk.push()
    assert there(desk) == ids
    assert {item.values[desk.column("customer_name")] for item in desk.board.active()} == {"ACME", "RHONE"}
    assert settled(desk)


def test_a_rename_is_rolled_back(desk: Desk) -> None:
    """A rollback gives the items their old values and the ledger its old keys; the next push renames again."""
    several, others = orders("1", "2", "3"), orders("4", "5", "6", "7", customer="RHONE")
    desk.have(several + others)
    first = desk.push()
    keys = desk.state("select order_key from monday_sync_items order by 1")
    lines = desk.state("select line_key, order_key from monday_sync_subitems order by 1")
    desk.have(renamed(several, "ACME") + others)
    result = desk.push()
    told = history(desk.context, "1").entries
    assert [t.kind for t in told if t.level == "item"] == ["create", "rekey", "rekey", "change", "move"]
    with pytest.raises(Exception, match=result.run_id):
        rollback(desk.context, first.run_id)
    assert rollback(desk.context, result.run_id).outcome == "done"
    assert desk.state("select order_key from monday_sync_items order by 1") == keys
    assert desk.state("select line_key, order_key from monday_sync_subitems order by 1") == lines
    assert desk.shows("STYLE1 1", "customer_name") == "GREYSON"
    assert desk.push().items.updated == 3
    assert settled(desk)


def test_adoption_tells_orders_apart_that_the_board_s_key_does_not(desk: Desk) -> None:
    """With the ledger lost, two orders that share the board's key columns each find their own item again."""
    first = orders("1", values={"po_number": "7"})[0]
    both = [by_po(first), by_po(first, po_number="8", item_name="STYLE1 1 B")]
    desk.have(both)
    desk.push()
    ids = there(desk)
    desk.forget_ledger()
    result = desk.push()
    assert (result.items.created, result.items.adopted, result.duplicates) == (0, 2, ())
    assert there(desk) == ids


@pytest.mark.parametrize(
    ("typed", "plain"), [("32.0", "32"), ("32", "32"), ("8.50", "8.5"), ("0.0", "0"), ("032.0", "032"), ("XS", "XS"),
                         ("30/32", "30/32"), ("1.5-2.0", "1.5-2.0"), (".0", ".0"), ("", "")]
)  # fmt: skip
def test_sizes_are_spelled_plainly(typed: str, plain: str) -> None:
    """Only a number loses what says nothing: zeros at the end of its fraction."""
    assert plain_size(typed) == plain
