"""From an edit of the project to the board: dbt's own views, the ledger and a push, with nothing in between."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from monday_sync.bulk import BulkImports
from monday_sync.commands.plan import plan_in
from monday_sync.commands.push import PushRequest, push_in
from monday_sync.commands.verify import verify
from monday_sync.domain.board import Archive, load_board
from monday_sync.domain.due import reasons
from monday_sync.domain.plan import Plan
from monday_sync.domain.rows import Level
from monday_sync.domain.selection import PushOptions
from monday_sync.engine.context import Context
from monday_sync.engine.results import PushResult
from monday_sync.errors import ConfirmationNeededError
from monday_sync.ledger import Ledger
from tests.monday_sync.conftest import BOARDS, Clock
from tests.monday_sync.fake_board import FakeBoard
from tests.project import ROOT
from tests.transform.conftest import GREYSON, HEADERS, TODAY, Dbt
from warehouse import load_target, open_warehouse


class Office:
    """A built database, and a board in memory that pushes go to."""

    def __init__(self, dbt: Dbt) -> None:
        self.dbt, self.clock = dbt, Clock()
        shutil.copytree(BOARDS, dbt.folder / "boards")
        shutil.copy(ROOT / "profiles.example.yml", dbt.folder / "profiles.yml")
        target = load_target("local", project_dir=dbt.folder)
        config, warehouse = load_board("local", dbt.folder / "boards"), open_warehouse(target)
        self.board = FakeBoard(config, self.clock)
        self.board.labels["dropdown_mkr542p2"] = ["GREYSON", "RHONE", "RHONE APPAREL"]
        self.board.labels["dropdown_mkr518fc"] = ["RECEIVED", "CANCELLED"]
        self.board.labels["color_mkr5yf27"] = ["PCS"]
        ledger = Ledger(warehouse, config.board_id)
        self.context = Context(
            target, config, warehouse, ledger, self.board, self.clock, self.clock.sleep, BulkImports()
        )

    def read_board_file(self) -> None:
        config = load_board("local", self.dbt.folder / "boards")
        self.board.config = config
        self.context = replace(self.context, board=config)

    def push(self, yes: int | None = None, **options: object) -> PushResult:
        self.clock.pass_minutes(1)
        return push_in(self.context, PushRequest(PushOptions(**options), yes))  # type: ignore[arg-type]

    def plan(self, **options: object) -> Plan:
        return plan_in(self.context, PushOptions(**options), store=False)  # type: ignore[arg-type]

    def there(self) -> set[str]:
        return {thing.id for thing in self.board.things.values() if thing.state == "active"}


@pytest.fixture
def office(copied: Dbt, monkeypatch: pytest.MonkeyPatch) -> Office:
    for name in ("DBT_PROFILES_DIR", "MONDAY_API_URL", "MONDAY_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ORDER_LIST_DUCKDB", str(copied.database))
    return Office(copied)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, path
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_edit_of_mapping_rule_key_and_name_reaches_the_board_once(office: Office) -> None:
    """One build and one push bring all edits to the items that are there; a column that went empty holds back first."""
    first = office.push()
    assert (first.items.created, first.subitems.created, verify(office.context).clean) == (9, 17, True)
    ids = office.there()
    project = office.dbt.folder
    # a fourth key column; the name of a customer; how groups are called; what a cancelled order shows; one more column
    key = "'key': ['aag_order_number', 'planned_delivery_method', 'customer_style'"
    edit(project / "macros/customers/customer_words.sql", key, f"{key}, 'po_number'")
    edit(
        project / "seeds/customer_names.csv",
        "RHONE,xRHONE_ORDER_LIST_RAW,RHONE",
        "RHONE APPAREL,xRHONE_ORDER_LIST_RAW,RHONE",
    )
    edit(project / "macros/rules/board_names.sql", "then 'check'", "then 'CHECK'")
    edit(project / "macros/rules/shown_on_board.sql", "'CANCELLED' then 0", "'CANCELLED' then 1")
    edit(
        office.dbt.folder / "boards/dev.yml",
        "\nsubitems:",
        "\n  planner: {column: text_planner, type: text}\n\nsubitems:",
    )
    office.read_board_file()
    headers = ["PRICE!" if header == "CUSTOMER PRICE" else header for header in HEADERS]
    rows = [{**row, "PRICE!": row.get("CUSTOMER PRICE"), "PLANNER": "ANN", "DISCOUNT": None}
            for row in TODAY[GREYSON]]  # fmt: skip
    office.dbt.land(GREYSON, "GREYSON_ORDER_LIST.xlsx", rows, [*headers, "PLANNER"])
    office.dbt.run("build", "--exclude", "test_type:unit")

    held = "select distinct held_back_reason from sync_monday__items where customer_name = 'GREYSON'"
    assert office.dbt.rows(held) == [(
        "customer_price had a value in 4 of the 5 orders last pushed and has none now: there is no header "
        '"CUSTOMER PRICE" in GREYSON_ORDER_LIST.xlsx.',
    )]  # fmt: skip
    plan = office.plan()
    assert Counter(r.value for s in plan.steps if s.level is Level.ITEM for r in reasons(s.row)) == {
        "re-keyed": 4, "data": 4, "group": 4, "mapping": 4,
    }  # fmt: skip
    pushed = office.push(yes=plan.touched)
    assert (pushed.items.held_back, pushed.items.updated, pushed.items.created, pushed.subitems.created) == (5, 4, 0, 0)
    released = office.plan(release=("GREYSON",))
    why = {s.row.name: {r.value for r in reasons(s.row)} for s in released.steps if s.level is Level.ITEM}
    assert why["ST-1 NAVY G-1 PO-1"] == {"re-keyed", "data", "mapping"}
    pushed = office.push(yes=released.touched, release=("GREYSON",))
    assert (pushed.items.updated, pushed.items.created, pushed.subitems.created, pushed.deletes_reported) == (
        5,
        0,
        0,
        0,
    )

    assert office.there() == ids
    assert office.board.named("ST-1 NAVY G-2 PO-1").values["numeric_mktb1d19"] == "1"
    assert {i.values["text_planner"] for i in office.board.active() if i.name.startswith("ST-1 NAVY G")} == {"ANN"}
    titles = {group.id: group.title for group in office.board.groups}
    groups = Counter(titles[item.group_id or ""] for item in office.board.active())
    assert groups == {"GREYSON FALL 2026": 4, "CHECK": 1, "RHONE APPAREL FALL 2026": 4}
    found = verify(office.context)
    assert (found.differences, found.due, office.push().changed) == ((), 0, 0)
    assert office.dbt.rows("select distinct sync_state from FACT_ORDER_LIST") == [("SYNCED",)]
    assert office.dbt.rows("select distinct sync_state from ORDER_LIST_LINES") == [("SYNCED",)]


def test_shipped_orders_leave_the_board_and_come_back_whole(office: Office) -> None:
    """By dbt's own dates and holds: the policy takes them off, nothing misses them, without it they come back."""
    states = "select sync_state, count(*) from FACT_ORDER_LIST group by all order by 1"
    assert office.push().items.created == 9
    before = office.dbt.rows(states)
    lines = {thing.name: len(office.board.children(thing.id)) for thing in office.board.active()}
    without = office.context
    office.context = replace(without, board=replace(without.board, archive=Archive(dt.date(2026, 7, 1))))
    with pytest.raises(ConfirmationNeededError, match="change or archive 8 of 9 items"):
        office.push()
    assert office.push(yes=8).items.archived == 8
    # the one without a date stays
    assert [item.name for item in office.board.active()] == ["ST-1 NAVY G-3 PO-1"]
    assert ("NEW", 8) in office.dbt.rows(states)
    again = office.push()
    assert (again.changed, again.items.shipped, verify(office.context).clean) == (0, 8, True)
    office.context = without
    back = office.push()
    assert (back.items.created, back.items.shipped) == (8, 0)
    assert {thing.name: len(office.board.children(thing.id)) for thing in office.board.active()} == lines
    assert office.dbt.rows(states) == before
