"""Plan and push against a board in memory: what reaches the board, what the ledger says, what is left alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from monday_sync.api import ChangeColumns, CreateGroup, CreateItem, Group, Outcome
from monday_sync.errors import ConfirmationNeededError, DailyLimitError, RefusedError, RequestFailedError
from monday_sync.render import plan_text
from tests.monday_sync.conftest import Desk, orders
from tests.monday_sync.relations import Order


def test_first_push_creates_everything_and_the_second_nothing(desk: Desk) -> None:
    """Groups, items and subitems are created once; a second push changes nothing and calls no mutation."""
    desk.have(orders("A1", "A2") + orders("B1", customer="RHONE"))
    result = desk.push()
    assert (result.groups_created, result.items.created, result.subitems.created) == (2, 3, 6)
    assert (result.verdict, result.outcome, result.success_share) == ("success", "done", 1.0)
    assert desk.sizes("STYLE1 A1") == {"S": "10", "M": "20"}
    assert desk.shows("STYLE1 A1", "total_qty") == "30"
    sent = len(desk.board.requests)
    again = desk.push()
    assert again.changed == 0
    assert len(desk.board.requests) == sent
    assert desk.state("select distinct sync_state from FACT_ORDER_LIST") == [("SYNCED",)]
    assert desk.state("select distinct sync_state from ORDER_LIST_LINES") == [("SYNCED",)]


def test_three_edits_are_three_field_changes(desk: Desk) -> None:
    """Edits to three cells show as three field changes in the plan, and only these fields are sent."""
    first = orders("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8")
    desk.have(first)
    desk.push()
    first[0] = first[0].with_values(notes="new note")
    first[1] = first[1].with_values(po_number="PO 7", ex_factory_date=dt.date(2027, 1, 2))
    desk.have(first)
    plan = desk.plan()
    changes = [(s.row.name, c.column, c.old, c.new) for s in plan.steps for c in s.changes]
    assert changes == [
        ("STYLE1 A1", "notes", None, "new note"),
        ("STYLE1 A2", "po_number", None, "PO 7"),
        ("STYLE1 A2", "ex_factory_date", None, "2027-01-02"),
    ]
    sent = len(desk.board.requests)
    result = desk.push()
    assert (result.items.updated, result.items.created, result.subitems.updated) == (2, 0, 0)
    values = [
        set(op.values) for r in desk.board.requests[sent:] for op in r.operations if isinstance(op, ChangeColumns)
    ]
    assert values == [{desk.column("notes")}, {desk.column("po_number"), desk.column("ex_factory_date")}]


def test_groups_stand_in_alphabetical_order_and_are_reused_by_name(desk: Desk) -> None:
    """New groups go to their place in the alphabet between those that are there; one of the same name is reused."""
    desk.board.groups = [Group("g1", "GREYSON 2026 SPRING", 0), Group("g2", "Zoo", 1)]
    desk.have(orders("1") + orders("2", customer="RHONE") + orders("3", customer="ACME")
              + orders("4", customer="ACME", season="2025 FALL"))  # fmt: skip
    assert desk.push().groups_created == 3
    titles = [g.title for g in desk.board.groups]
    assert titles == ["ACME 2025 FALL", "ACME 2026 SPRING", "GREYSON 2026 SPRING", "RHONE 2026 SPRING", "Zoo"]
    assert desk.board.named("STYLE1 1").group_id == "g1"


def test_a_renamed_group_is_followed_by_its_id(desk: Desk) -> None:
    """A group that a person renamed keeps receiving its orders; no second one is created."""
    desk.have(orders("1"))
    desk.push()
    group_id = desk.board.groups[0].id
    desk.board.groups = [replace(desk.board.groups[0], title="greyson (spring)")]
    desk.have(orders("1", "2"))
    assert desk.push().groups_created == 0
    assert desk.board.named("STYLE1 2").group_id == group_id


def test_a_deleted_group_is_created_again_and_items_keep_their_ids(desk: Desk) -> None:
    """Items that survived the deletion of their group are moved to the new one, with the same ids."""
    desk.have(orders("1", "2"))
    desk.push()
    ids = {i.name: i.id for i in desk.board.active()}
    desk.board.groups.append(Group("elsewhere", "Elsewhere", 1))
    desk.board.delete_group(desk.board.groups[0].id, into="elsewhere")
    result = desk.push(yes=2)
    assert (result.groups_created, result.items.moved, result.items.created) == (1, 2, 0)
    assert {i.name: i.id for i in desk.board.active()} == ids
    assert {i.group_id for i in desk.board.active()} == {
        g.id for g in desk.board.groups if g.title == "GREYSON 2026 SPRING"
    }


def test_items_that_went_with_their_group_are_created_again(desk: Desk) -> None:
    """When a group was deleted together with its items, items and lines are created anew, each once."""
    desk.have(orders("1", "2"))
    desk.push()
    desk.board.delete_group(desk.board.groups[0].id, into=None)
    result = desk.push()
    assert (result.groups_created, result.items.created, result.subitems.created) == (1, 2, 4)
    assert desk.sizes("STYLE1 1") == {"S": "10", "M": "20"}
    assert desk.push().changed == 0


def test_rename_and_move(desk: Desk) -> None:
    """A changed name renames the item, a changed season moves it to another group."""
    several = orders("1", "2", "3", "4")
    desk.have(several)
    desk.push()
    desk.have([replace(several[0], season="2026 FALL").with_values(item_name="NEW NAME"), *several[1:]])
    result = desk.push()
    assert (result.items.moved, result.items.updated, result.groups_created) == (1, 1, 1)
    item = desk.board.named("NEW NAME")
    assert item.group_id == next(g.id for g in desk.board.groups if g.title == "GREYSON 2026 FALL")


def test_a_cancelled_order_goes_to_zero(desk: Desk) -> None:
    """CANCELLED shows on the item, and every quantity becomes 0."""
    several = orders("1", "2", "3")
    desk.have(several)
    desk.push()
    desk.have([replace(several[0], order_type="CANCELLED"), *several[1:]])
    desk.push()
    assert desk.shows("STYLE1 1", "order_type") == "CANCELLED"
    assert desk.shows("STYLE1 1", "total_qty") == "0"
    assert desk.sizes("STYLE1 1") == {"S": "0", "M": "0"}
    assert desk.sizes("STYLE1 2") == {"S": "10", "M": "20"}


def test_a_size_that_is_gone_goes_to_zero(desk: Desk) -> None:
    """A size that disappears from an order stays on the board with 0, and is not sent again."""
    several = orders("1", "2", "3")
    desk.have(several)
    desk.push()
    desk.have([replace(several[0], sizes={"S": 10}), *several[1:]])
    desk.push()
    assert desk.sizes("STYLE1 1") == {"S": "10", "M": "0"}
    assert desk.push().changed == 0


def test_one_bad_value_never_fails_its_neighbours(desk: Desk) -> None:
    """A row that the board refuses becomes ERROR with the reason; the others of its request go through."""
    desk.have(orders("1", "2", "3"))
    desk.board.refuse = lambda op: (
        Outcome(0, False, None, "r", 1, "ColumnValueException", "the board does not like it")
        if isinstance(op, CreateItem) and op.name == "STYLE1 2"
        else None
    )
    result = desk.push()
    assert (result.items.created, result.items.failed, result.subitems.created) == (2, 1, 4)
    assert result.errors[0].sentence == "the board does not like it"
    assert result.exit_code == 1
    rows = desk.state("select aag_order_number, sync_state, sync_error_message, retry_count from FACT_ORDER_LIST "
                      "where sync_state <> 'SYNCED'")  # fmt: skip
    assert rows == [("2", "ERROR", "the board does not like it", 1)]
    desk.board.refuse = lambda _: None
    assert desk.push().items.created == 1
    assert desk.sizes("STYLE1 2") == {"S": "10", "M": "20"}


def test_a_value_that_does_not_fit_fails_without_a_call(desk: Desk) -> None:
    """A missing label that may not be created makes the row an ERROR that lists the labels there are."""
    desk.have(orders("1", "2", values={"unit_of_measure": "PCS"}) + orders("3", values={"unit_of_measure": "BOX"}))
    result = desk.push()
    assert (result.items.created, result.items.failed, result.subitems.waiting) == (2, 1, 2)
    assert "no label 'BOX'" in result.errors[0].sentence
    assert "PCS, SET" in result.errors[0].sentence


def test_dead_rows_alert_once_and_wait(desk: Desk) -> None:
    """After the policy's attempts a row is given up, named once, left alone, and tried again on request."""
    desk.have(orders("1", values={"unit_of_measure": "BOX"}))
    named = [len(desk.push().newly_dead) for _ in range(6)]
    assert named == [0, 0, 0, 0, 1, 0]
    assert desk.push().items.dead == 1
    from monday_sync.retry import requeue  # noqa: PLC0415

    assert requeue(desk.context.ledger, reason="no label").items == 1
    desk.board.labels[desk.column("unit_of_measure")].append("BOX")
    assert desk.push().items.created == 1


def test_scope_customer_limit_and_skip_subitems(desk: Desk) -> None:
    """What is out of scope, not selected or beyond the limit is counted, and stays NEW."""
    desk.have(orders("1", "2", "3") + orders("4", customer="RHONE"))
    result = desk.push(customers=("GREYSON",), limit=2, skip_subitems=True)
    assert (result.items.created, result.items.not_selected, result.subitems.created) == (2, 2, 0)
    assert desk.state("select count(*) from FACT_ORDER_LIST where sync_state = 'NEW'") == [(2,)]
    assert desk.state("select count(*) from ORDER_LIST_LINES where sync_state = 'NEW'") == [(8,)]
    scoped = replace(desk.context.board, scope=replace(desk.context.board.scope, customers=("RHONE",)))
    desk.reopen(scoped)
    result = desk.push()
    assert (result.items.created, result.items.out_of_scope) == (1, 1)
    assert result.subitems.out_of_scope == 6


def test_held_back_customers_wait_for_release(desk: Desk) -> None:
    """A customer that lost many rows is left alone and keeps its baseline until it is released."""
    desk.have(orders("1", "2"))
    desk.push()
    desk.have(orders("3"), held={"GREYSON": "1 of 2 orders are gone"})
    held = desk.push()
    assert (held.items.held_back, held.items.created) == (3, 0)
    assert desk.state("select orders from monday_sync_customers") == [(2,)]
    released = desk.push(release=("GREYSON",))
    assert (released.items.created, released.deletes_reported) == (1, 2)
    assert desk.state("select orders from monday_sync_customers") == [(1,)]


def test_an_order_that_is_gone_is_reported_and_archived_only_on_request(desk: Desk) -> None:
    """A DELETE changes nothing by default; archiving it asks for the number."""
    desk.have(orders("1", "2"))
    desk.push()
    desk.have(orders("1"))
    assert desk.push().deletes_reported == 1
    assert len(desk.board.active()) == 2
    with pytest.raises(ConfirmationNeededError, match="--yes 1"):
        desk.push(archive_deleted=True)
    assert desk.push(archive_deleted=True, yes=1).items.archived == 1
    assert [i.name for i in desk.board.active()] == ["STYLE1 1"]
    assert desk.push().deletes_reported == 0


def test_touching_much_of_the_board_needs_the_number(desk: Desk) -> None:
    """A push that would change more of the board than the policy allows is refused until its number is given."""
    several = orders("1", "2", "3")
    desk.have(several)
    desk.push()
    desk.have([o.with_values(notes="x") for o in several])
    sent = len(desk.board.requests)
    with pytest.raises(ConfirmationNeededError, match="--yes 3"):
        desk.push()
    with pytest.raises(ConfirmationNeededError, match="does not match"):
        desk.push(yes=2)
    assert len(desk.board.requests) == sent
    assert desk.push(yes=3).items.updated == 3


def test_a_stored_plan_is_done_exactly_or_refused(desk: Desk) -> None:
    """A plan is pushed once as it was made; when data or board changed meanwhile it is refused."""
    desk.have(orders("1", "2", "3", "4"))
    made = desk.plan()
    assert desk.push(plan_id=made.plan_id).items.created == 4
    with pytest.raises(RefusedError, match="was pushed"):
        desk.push(plan_id=made.plan_id)
    several = orders("1", "2", "3", "4")
    several[0] = several[0].with_values(notes="x")
    desk.have(several)
    made = desk.plan()
    desk.board.named("STYLE1 1").values[desk.column("notes")] = "a person wrote this"
    with pytest.raises(RefusedError, match="changed since"):
        desk.push(plan_id=made.plan_id)
    made = desk.plan()
    several[0] = several[0].with_values(notes="y")
    desk.have(several)
    with pytest.raises(RefusedError, match="changed since"):
        desk.push(plan_id=made.plan_id)


@pytest.mark.parametrize(("policy", "expected"), [("ours", "ours"), ("theirs", "person"), ("report", "person")])
def test_conflicts_follow_the_column_policy(desk: Desk, policy: str, expected: str) -> None:
    """A value that a person changed is shown in the plan; who wins is the column's policy."""
    config = desk.context.board
    items = tuple(replace(m, on_conflict=policy) if m.view_column == "notes" else m for m in config.items)
    desk.reopen(replace(config, items=items))
    several = orders("1", "2", "3", values={"notes": "first"})
    desk.have(several)
    desk.push()
    desk.board.named("STYLE1 1").values[desk.column("notes")] = "person"
    desk.have([several[0].with_values(notes="ours", po_number="7"), *several[1:]])
    plan = desk.plan()
    conflict = next(c for s in plan.steps for c in s.changes if c.conflict)
    assert (conflict.old, conflict.new, conflict.last_sent) == ("person", "ours", "first")
    assert desk.push().conflicts == 1
    assert desk.shows("STYLE1 1", "notes") == expected
    assert desk.shows("STYLE1 1", "po_number") == "7"


def test_rows_without_field_changes_cost_no_call(desk: Desk) -> None:
    """When only columns changed that the board does not show, the ledger learns the new hash without a call."""
    several = orders("1", "2", "3")
    desk.have(several)
    desk.push()
    sent = len(desk.board.requests)
    with desk.context.ledger.session() as session:
        session.execute("update test_orders set row_hash = order_key")
    result = desk.push()
    assert (result.items.confirmed, result.items.updated) == (3, 0)
    assert len(desk.board.requests) == sent
    assert desk.state("select distinct sync_state from FACT_ORDER_LIST") == [("SYNCED",)]


def test_a_request_refused_as_a_whole_fails_only_the_row_it_is_about(desk: Desk) -> None:
    """When the API refuses a whole request, it is halved until only the guilty row becomes ERROR."""
    desk.have(orders("1", "2", "3"))

    def guilty(request: object) -> None:
        if any(isinstance(op, CreateItem) and op.name == "STYLE1 2" for op in request.operations):  # type: ignore[attr-defined]
            raise RequestFailedError("the request cannot be read")

    desk.board.before = guilty
    result = desk.push()
    assert (result.items.created, result.items.failed, result.subitems.created) == (2, 1, 4)
    assert desk.state("select sync_state from FACT_ORDER_LIST where aag_order_number = '2'") == [("ERROR",)]


def test_the_daily_limit_ends_the_run_cleanly(desk: Desk) -> None:
    """When the day's calls are used up, the run stops with exit status 1, and the next one carries on."""
    desk.have(orders(*[str(n) for n in range(12)]))
    count = 0

    def limited(_request: object) -> None:
        nonlocal count
        count += 1
        if count > 2:
            raise DailyLimitError("the calls of the day are used up", mend="Run it again tomorrow.")

    desk.board.before = limited
    result = desk.push()
    assert (result.outcome, result.exit_code) == ("stopped", 1)
    assert "calls of the day" in (result.sentence or "")
    assert desk.state("select distinct sync_state from FACT_ORDER_LIST order by 1") == [("NEW",), ("SYNCED",)]
    desk.board.before = lambda _: None
    result = desk.push()
    assert result.outcome == "done"
    assert len(desk.board.active()) == 12


def test_requests_stored_ahead_are_withdrawn_when_the_run_stops(desk: Desk) -> None:
    """Intents are stored for several requests at once; those that were never sent leave no doubt behind."""
    desk.have(orders(*[str(n) for n in range(40)]))
    stored: list[int] = []

    def limited(_request: object) -> None:
        stored.append(len(desk.context.ledger.open_attempts()))
        if len(stored) == 3:
            raise DailyLimitError("the calls of the day are used up", mend="Run it again tomorrow.")

    desk.board.before = limited
    assert desk.push().outcome == "stopped"
    # the group; five items; then ten, of which the first five meet the limit and the others are not sent at all
    assert stored == [1, 5, 10]
    assert desk.context.ledger.open_attempts() == []
    assert desk.state("select count(*) from monday_sync_items") == [(5,)]
    outcomes = "select outcome, count(*) from monday_sync_attempts where level = 'item' group by 1 order by 1"
    assert desk.state(outcomes) == [("SYNCED", 5), ("WITHDRAWN", 10)]
    desk.board.before = lambda _: None
    assert desk.push().recovered == 0
    assert len(desk.board.active()) == 40


def test_a_push_keeps_to_its_share_of_the_day(desk: Desk) -> None:
    """The API may spend no more than the policy's share of the day's calls, less what was used already."""
    desk.have(orders("1"))
    desk.reopen(replace(desk.context.board, policy=replace(desk.context.board.policy, daily_calls=100)))
    desk.push()
    assert desk.board.allowed == pytest.approx(80)
    desk.reopen(replace(desk.context.board, policy=replace(desk.context.board.policy, daily_calls=None)))
    desk.push()
    assert desk.board.allowed is None


def test_the_plan_says_what_it_takes(desk: Desk) -> None:
    """A plan counts the calls of the push, stores nothing on the board, and names its conflicts' policy."""
    desk.have(orders("1", "2", "3"))
    plan = desk.plan()
    assert plan.estimate is not None
    assert plan.estimate.calls == 2
    assert (plan.touched, len(plan.groups), desk.board.requests) == (0, 1, [])
    desk.push()
    desk.board.named("STYLE1 1").values[desk.column("notes")] = "person"
    desk.have([orders("1")[0].with_values(notes="ours"), *orders("2", "3")])
    text = plan_text(desk.plan())
    assert "notes: 'person' -> 'ours'  [conflict: we last sent (empty); policy ours: sent all the same]" in text


def test_a_full_board_is_refused(desk: Desk) -> None:
    """New items that do not fit are refused before anything is done."""
    desk.board.items_limit = 2
    desk.have(orders("1", "2", "3"))
    with pytest.raises(RefusedError, match="3 more do not fit"):
        desk.push()
    assert not desk.board.requests


def test_a_read_only_token_is_refused(desk: Desk) -> None:
    """A token that cannot write is refused before anything is done."""
    desk.have(orders("1"))
    desk.board.can_write = False
    with pytest.raises(RefusedError, match="not write"):
        desk.push()


def test_a_column_that_the_board_lacks_is_refused(desk: Desk) -> None:
    """A mapped column that the board lacks, or has with another type, is named with the file to mend."""
    desk.have(orders("1"))
    whole = desk.context.board
    desk.board.config = replace(whole, items=whole.items[1:])
    with pytest.raises(RefusedError, match=r"boards/local\.yml maps aag_order_number .* does not have"):
        desk.push()
    desk.board.config = replace(whole, items=(replace(whole.items[0], type="date"), *whole.items[1:]))
    with pytest.raises(RefusedError, match="is a date column"):
        desk.push()


def test_a_view_column_that_does_not_exist_is_refused(desk: Desk) -> None:
    """A view column that the board's file names and dbt does not make is refused."""
    config = desk.context.board
    desk.reopen(replace(config, items=(*config.items, replace(config.items[0], view_column="no_such"))))
    with pytest.raises(RefusedError, match="no column no_such"):
        desk.push()


def test_missing_relations_are_refused(desk: Desk) -> None:
    """Without dbt's relations the message says to run dbt build first."""
    with desk.context.ledger.session() as session:
        session.execute("drop view sync_monday__items")
    with pytest.raises(RefusedError, match="dbt build --target local"):
        desk.push()


def test_a_ledger_of_another_board_is_refused(desk: Desk) -> None:
    """A database whose ledger links items of another board is refused."""
    desk.have(orders("1"))
    desk.push()
    desk.reopen(replace(desk.context.board, board_id="123"))
    with pytest.raises(RefusedError, match="belongs to board"):
        desk.push()


def test_unknown_customers_are_refused(desk: Desk) -> None:
    """A customer without orders is most likely a typing error."""
    desk.have(orders("1"))
    with pytest.raises(RefusedError, match="GRAYSON"):
        desk.push(customers=("GRAYSON",))


def test_statements_do_not_grow_with_rows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A push reads and writes by sets: with ten times the rows in the same number of requests, as many statements."""
    import warehouse.duckdb as engine  # noqa: PLC0415

    counted = {"n": 0}

    class Counting(engine.DuckDBSession):
        def __init__(self, connection: object, owner: object) -> None:
            super().__init__(connection, owner)  # type: ignore[arg-type]

        def rows(self, *args: object, **kwargs: object) -> list[tuple[object, ...]]:
            counted["n"] += 1
            return super().rows(*args, **kwargs)  # type: ignore[arg-type]

        def upsert(self, *args: object, **kwargs: object) -> None:
            counted["n"] += 1
            super().upsert(*args, **kwargs)  # type: ignore[arg-type]

        def execute(self, *args: object, **kwargs: object) -> None:
            counted["n"] += 1
            super().execute(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "DuckDBSession", Counting)
    desk.board.size = 10_000
    desk.have(orders("0"))
    desk.push()
    counts = []
    for size in (5, 50):
        desk.have([Order("GREYSON", f"{size}-{n}", sizes={"S": 1}) for n in range(size)])
        counted["n"] = 0
        result = desk.push()
        assert result.items.created == size
        counts.append(counted["n"])
        desk.have([])
    assert counts[0] == counts[1]


def test_groups_are_asked_for_before_items(desk: Desk) -> None:
    """All groups are created before the first item."""
    desk.have(orders("1") + orders("2", customer="RHONE"))
    desk.push()
    kinds = [type(op) for r in desk.board.requests for op in r.operations]
    assert kinds.index(CreateItem) > max(i for i, k in enumerate(kinds) if k is CreateGroup)
