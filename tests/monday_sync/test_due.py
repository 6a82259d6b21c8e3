"""Due is what differs between what the board should show and what it was confirmed to show, whatever made it differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest

from monday_sync.api import ChangeColumns
from monday_sync.commands.status import status
from monday_sync.commands.verify import verify
from monday_sync.domain.board import BoardConfig, ColumnMapping
from monday_sync.domain.due import Why, reasons
from monday_sync.domain.plan import Plan
from monday_sync.errors import ConfirmationNeededError
from monday_sync.render import plan_text, verify_text
from tests.monday_sync.conftest import Desk, orders

STATES = "select distinct sync_state from FACT_ORDER_LIST"
LINE_STATES = "select distinct sync_state from ORDER_LIST_LINES"


def without(config: BoardConfig, column: str) -> BoardConfig:
    return replace(config, items=tuple(m for m in config.items if m.view_column != column))


def mapped(config: BoardConfig, column: str, **changes: object) -> BoardConfig:
    items = tuple(replace(m, **changes) if m.view_column == column else m for m in config.items)  # type: ignore[arg-type]
    return replace(config, items=items)


def why(plan: Plan) -> dict[str, int]:
    return dict(Counter(reason.value for step in plan.steps for reason in reasons(step.row)))


def sent_columns(desk: Desk, since: int) -> set[str]:
    operations = (op for r in desk.board.requests[since:] for op in r.operations if isinstance(op, ChangeColumns))
    return {column for operation in operations for column in operation.values}


def states(desk: Desk) -> list[tuple[object, ...]]:
    return sorted(set(desk.state(STATES) + desk.state(LINE_STATES)))


def change_rule(desk: Desk, *assignments: str) -> None:
    """What dbt makes of the same data changes: nothing but names and shown values."""
    with desk.context.ledger.session() as session:
        for assignment in assignments:
            session.execute(f"update test_orders set {assignment}")


def test_one_more_mapped_column_reaches_every_item(desk: Desk) -> None:
    """A column that is mapped from today on is due on every item, is shown so before the push, and then is there."""
    config = desk.context.board
    desk.reopen(without(config, "notes"))
    desk.have(orders("1", "2", "3", values={"notes": "hello", "po_number": "7"}))
    desk.push()
    assert states(desk) == [("SYNCED",)]
    desk.reopen(config)
    plan = desk.plan()
    assert states(desk) == [("PENDING",), ("SYNCED",)]
    assert why(plan) == {"mapping": 3}
    assert [(c.column, c.old, c.new) for s in plan.steps for c in s.changes] == [("notes", None, "hello")] * 3
    assert "[mapping]" in plan_text(plan)
    assert "due because: mapping 3" in plan_text(plan)
    found = verify(desk.context)
    assert [(d.column, d.desired, d.shown, d.due) for d in found.differences] == [
        ("notes", "hello", None, ("mapping",))
    ] * 3
    assert (found.due, found.due_because, found.exit_code) == (3, {"mapping": 3}, 1)
    assert "notes: due (mapping): should show 'hello', shows (empty)" in verify_text(found)
    with pytest.raises(ConfirmationNeededError, match="--yes 3"):
        desk.push()
    since = len(desk.board.requests)
    result = desk.push(yes=3)
    assert (result.items.updated, result.items.created, result.subitems.updated) == (3, 0, 0)
    assert sent_columns(desk, since) == {desk.column("notes")}
    assert desk.shows("STYLE1 2", "notes") == "hello"
    assert (states(desk), desk.push().changed, verify(desk.context).clean) == ([("SYNCED",)], 0, True)


def test_a_column_that_is_mapped_anew_is_looked_at_before_it_is_believed(desk: Desk) -> None:
    """What a person left in the new column is overwritten although the database has nothing there."""
    config = desk.context.board
    desk.reopen(without(config, "notes"))
    desk.have(orders("1", "2", "3", "4"))
    desk.push()
    desk.reopen(config)
    desk.board.named("STYLE1 1").values[desk.column("notes")] = "left over"
    assert [(s.row.name, c.old, c.new) for s in desk.plan().steps for c in s.changes] == [
        ("STYLE1 1", "left over", None)
    ]
    assert desk.push(yes=1).items.confirmed == 3
    assert desk.shows("STYLE1 1", "notes") is None


@pytest.mark.parametrize("changes", [{"column_id": "text_other"}, {"type": "long_text"}])
def test_another_column_or_type_is_told_again(desk: Desk, changes: dict[str, object]) -> None:
    """A view column that goes to another board column, or in another type, is compared with what that one shows."""
    desk.have(orders("1", "2", "3", values={"po_number": "7"}))
    desk.push()
    desk.reopen(mapped(desk.context.board, "po_number", **changes))
    for item in desk.board.active():
        item.values[desk.column("po_number")] = None
    assert why(desk.plan()) == {"mapping": 3}
    assert desk.push(yes=3).items.updated == 3
    assert desk.shows("STYLE1 1", "po_number") == "7"
    assert states(desk) == [("SYNCED",)]


def test_a_column_that_is_mapped_no_more_costs_no_call_and_may_come_back(desk: Desk) -> None:
    """Taking a column out sends nothing; putting it back compares it with the board, not with an old memory."""
    config = desk.context.board
    desk.have(orders("1", "2", "3", values={"notes": "first"}))
    desk.push()
    sent, reads = len(desk.board.requests), desk.board.reads
    desk.reopen(without(config, "notes"))
    result = desk.push()
    assert (result.items.confirmed, result.changed) == (3, 0)
    assert (len(desk.board.requests), desk.board.reads) == (sent, reads)
    desk.board.named("STYLE1 1").values[desk.column_of(config, "notes")] = "a person's, meanwhile"
    desk.reopen(config)
    assert desk.push(yes=1).items.updated == 1
    assert desk.shows("STYLE1 1", "notes") == "first"


def test_back_to_the_old_mapping_nothing_is_due(desk: Desk) -> None:
    """A mapping that was only planned with, and taken back, leaves all rows SYNCED without another push."""
    config = desk.context.board
    desk.have(orders("1", "2"))
    desk.push()
    desk.reopen(without(config, "notes"))
    desk.plan()
    assert states(desk) == [("PENDING",), ("SYNCED",)]
    desk.reopen(config)
    desk.plan()
    assert states(desk) == [("SYNCED",)]


def test_status_alone_knows_the_mapping(desk: Desk) -> None:
    """``status`` says PENDING after an edit of the board's file, before anything else has run."""
    desk.have(orders("1", "2"))
    desk.push()
    path = desk.context.target.project_dir / "boards" / "dev.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  pattern_id: {column: text_mkr5cz8m, type: text}\n", ""), encoding="utf-8")
    (counts,) = status(desk.context.target).items
    assert (counts.pending, counts.synced) == (2, 0)


def test_rules_arrive(desk: Desk) -> None:
    """Another name, another group and another total of the same data are sent, and the plan says what made them."""
    desk.have(orders("1", "2", "3", "4"))
    desk.push()
    change_rule(desk, "item_name = 'NEW ' || item_name",
                "group_name = 'NEW ' || group_name where aag_order_number = '2'",
                "total_qty = 0 where aag_order_number = '3'")  # fmt: skip
    assert desk.state("select count(*) from FACT_ORDER_LIST where sync_state = 'PENDING'") == [(4,)]
    plan = desk.plan()
    assert why(plan) == {"rule": 4, "group": 1}
    found = verify(desk.context)
    assert Counter(d.column for d in found.differences) == {"item_name": 4, "group": 1, "total_qty": 1}
    result = desk.push(yes=4)
    assert (result.items.updated, result.items.created, result.items.moved, result.groups_created) == (4, 0, 1, 1)
    assert desk.shows("NEW STYLE1 3", "total_qty") == "0"
    titles = {group.id: group.title for group in desk.board.groups}
    assert titles[desk.board.named("NEW STYLE1 2").group_id or ""] == "NEW GREYSON 2026 SPRING"
    assert (states(desk), verify(desk.context).clean) == ([("SYNCED",)], True)


def test_data_is_told_from_rules(desk: Desk) -> None:
    """Changed data is due for its data, a moved order for its group as well, a new one as new, a gone one as gone."""
    several = orders("1", "2", "3", "4")
    desk.have(several)
    desk.push()
    moved = replace(several[1].with_values(notes="x"), season="2026 FALL")
    desk.have([several[0].with_values(notes="x"), moved, several[2], *orders("5")])
    plan = desk.plan(archive_deleted=True)
    by_name = {s.row.name: reasons(s.row) for s in plan.steps if s.level.value == "item"}
    assert by_name == {
        "STYLE1 1": (Why.DATA,), "STYLE1 2": (Why.DATA, Why.GROUP), "STYLE1 4": (Why.GONE,), "STYLE1 5": (Why.NEW,),
    }  # fmt: skip


def test_a_row_that_waits_for_a_label_is_tried_again_under_another_mapping(desk: Desk) -> None:
    """A label that may not be created keeps a row in ERROR; once the file lets it be created, the row goes through."""
    config = mapped(desk.context.board, "category", create_labels=False)
    desk.reopen(config)
    desk.have(orders("1", values={"category": "Tops"}))
    for _ in range(config.policy.max_attempts):
        desk.push()
    assert (desk.push().items.failed, desk.plan().given_up) == (1, ())
    assert states(desk) == [("ERROR",), ("SYNCED",)]
    desk.reopen(mapped(config, "category", create_labels=True))
    assert (desk.push(yes=1).items.updated, desk.shows("STYLE1 1", "category")) == (1, "Tops")
    assert states(desk) == [("SYNCED",)]


def test_a_subitem_s_mapping_counts_as_well(desk: Desk) -> None:
    """One more column of the subitems is due on every line and on no item; then the order's own data reaches it."""
    config = desk.context.board
    more = ColumnMapping("order_type", "text_sub", "text")
    desk.have(orders("1", "2", "3"))
    desk.push()
    desk.reopen(replace(config, subitems=(*config.subitems, more)))
    assert why(desk.plan()) == {"mapping": 6}
    assert desk.push(yes=6).subitems.updated == 6
    desk.have(orders("1", "2", "3", order_type="FORECAST"))
    assert desk.push(yes=9).subitems.updated == 6
    assert {t.values["text_sub"] for t in desk.board.things.values() if t.parent} == {"FORECAST"}


def as_left_by_the_version_before(desk: Desk, tables: Iterable[str] = ("items", "subitems")) -> None:
    """The ledger as a version wrote it that knew nothing but the data's hash; with fewer columns, too."""
    with desk.context.ledger.session() as session:
        for table, source in zip(tables, ("test_orders", "test_lines"), strict=True):
            key = "order_key" if table == "items" else "line_key"
            session.execute(f"update monday_sync_{table} as l set attempt_hash = l.row_hash")
            assert session.rows(f"select count(*) from monday_sync_{table} l join {source} o using ({key})")
        for view in ("sync_monday__items", "sync_monday__subitems", '"FACT_ORDER_LIST"', '"ORDER_LIST_LINES"',
                     "order_list_drift", "order_list_fills", "sync_customers"):  # fmt: skip
            session.execute(f"drop view {view}")
        for table in tables:
            for column in ("board_hash", "mapping"):
                session.execute(f"alter table monday_sync_{table} drop column {column}")
        for column in ("lines", "pieces"):
            session.execute(f"alter table monday_sync_customers drop column {column}")
        for table in ("mappings", "fills"):
            session.execute(f"drop table monday_sync_{table}")
        session.execute("drop table order_list_versions")  # it had none


def test_a_ledger_of_the_version_before_is_compared_with_the_board_once(desk: Desk) -> None:
    """After the upgrade all rows are due once; the board is read, what differs is sent, nothing else and none twice."""
    several = orders("1", "2", "3", "4", values={"notes": "told"})
    desk.have(several)
    desk.push()
    as_left_by_the_version_before(desk)
    desk.reopen(desk.context.board)
    desk.relations.create_views()
    desk.board.named("STYLE1 1").values[desk.column("notes")] = "a person's"
    sent, there = len(desk.board.requests), len(desk.board.things)
    result = desk.push()
    assert (result.items.confirmed, result.items.updated, result.subitems.confirmed, result.subitems.updated) == (
        3,
        1,
        8,
        0,
    )
    assert (result.items.created, result.conflicts, len(desk.board.things)) == (0, 1, there)
    assert sent_columns(desk, sent) == {desk.column("notes")}
    reads = desk.board.reads
    assert (states(desk), desk.push().changed, desk.board.reads) == ([("SYNCED",)], 0, reads)


def test_a_change_that_was_refused_is_no_change_of_rule(desk: Desk) -> None:
    """The data changed and the board never took it: the row stays due since that is not confirmed, not by a rule."""
    desk.have(orders("1"))
    desk.push()
    desk.have(orders("1", order_type="UNHEARD OF"))
    assert desk.push().items.failed == 1
    (difference,) = [d for d in verify(desk.context).differences if d.column == "order_type"]
    assert difference.due == ("not confirmed",)
