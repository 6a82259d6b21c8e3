"""The archive policy: shipped seasons leave the board by plan, are not missed, and come back when dates change."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bench.soak.relations import Order
from console import ConfigurationError, ExitCode
from monday_sync.api import ArchiveItem, CreateItem, MutationRequest
from monday_sync.commands.adopt import adopt
from monday_sync.commands.status import status
from monday_sync.commands.verify import verify
from monday_sync.domain.board import Archive, load_board
from monday_sync.domain.capacity import DayCount
from monday_sync.domain.rows import Level
from monday_sync.errors import ConfirmationNeededError
from monday_sync.render import plan_json, plan_text, push_text
from tests.monday_sync.conftest import Desk, orders
from tests.monday_sync.fake_board import lost
from tests.monday_sync.live import Live

OLD, NEW = dt.date(2025, 3, 1), dt.date(2027, 3, 1)
BEFORE = dt.date(2025, 11, 21)


def dated(day: dt.date | None, *numbers: str, customer: str = "GREYSON") -> list[Order]:
    return orders(*numbers, customer=customer, values={"ex_factory_date": day})


def several() -> list[Order]:
    """Two shipped orders of ten."""
    return [*dated(OLD, "1", "2"), *dated(NEW, *"3456789"), *dated(None, "10")]


@pytest.fixture
def shipping(desk: Desk) -> Desk:
    """A board with all ten orders on it, and the policy declared afterwards."""
    desk.have(several())
    assert desk.push().items.created == 10
    desk.reopen(replace(desk.context.board, archive=Archive(BEFORE)))
    return desk


def archived(desk: Desk) -> list[tuple[object, ...]]:
    return desk.state("select item_name, ex_factory_date from monday_sync_archived order by 1")


def sent(desk: Desk, kind: type) -> int:
    return sum(isinstance(op, kind) for request in desk.board.requests for op in request.operations)


def test_without_a_policy_nothing_is_archived(desk: Desk) -> None:
    """However old an order is, its item stays."""
    desk.have(several())
    desk.push()
    assert (desk.plan().archive, desk.push().items.archived, len(desk.board.active())) == (None, 0, 10)


def test_the_plan_shows_it_first_and_the_push_does_it(shipping: Desk) -> None:
    """Count and examples come before all else; the push archives those items alone, and records them as off."""
    made = shipping.plan()
    told = plan_text(made).splitlines()
    assert told[2:5] == [
        "archive policy: orders with an ex-factory date before 2025-11-21 are taken off the board",
        "  - this push archives 2 items with 4 subitems, for example:",
        f"      GREYSON: STYLE1 1, ex-factory 2025-03-01 ({shipping.board.named('STYLE1 1').id})",
    ]
    assert (made.rooms[0].removes, made.rooms[0].after, made.rooms[1].after) == (2, 8, 16)
    assert plan_json(made)["archive"] == {
        "ex_factory_before": "2025-11-21", "items": 2, "subitems": 4, "already_off": 0, "unseen": 0, "earlier": 0,
        "back": [],
    }  # fmt: skip
    assert sent(shipping, ArchiveItem) == 0
    result = shipping.push(plan_id=made.plan_id)
    assert (result.items.archived, result.exit_code, sent(shipping, ArchiveItem)) == (2, ExitCode.OK, 2)
    assert sorted(item.name for item in shipping.board.active()) == sorted(f"STYLE1 {n}" for n in range(3, 11))
    assert archived(shipping) == [("STYLE1 1", "2025-03-01"), ("STYLE1 2", "2025-03-01")]
    today = shipping.clock.now.date()
    growth = shipping.context.ledger.growth
    assert growth.by_day(Level.ITEM) == (DayCount(today, 10, 2),)
    assert growth.by_day(Level.SUBITEM) == (DayCount(today, 20, 4),)


def test_what_is_off_is_neither_missed_nor_created_again(shipping: Desk) -> None:
    """The next pushes leave it alone and count it; verify finds nothing missing and nothing due."""
    shipping.push()
    done = len(shipping.board.requests)
    shipping.have([order.with_values(notes="x") if order.number == "3" else order for order in several()])
    again = shipping.push()
    assert (again.items.created, again.items.updated, again.items.shipped, again.subitems.shipped) == (0, 1, 2, 4)
    assert "2 shipped orders stay off the board" in push_text(again)
    assert (len(shipping.board.requests), shipping.plan().vanished) == (done + 1, 0)
    found = verify(shipping.context)
    assert (found.clean, found.due) == (True, 0)
    assert "2 were taken off by earlier pushes and stay off" in plan_text(shipping.plan())
    target = shipping.context.target
    assert status(target, project_dir=target.project_dir).archived_by_policy == 2


def test_it_comes_back_whole_when_its_date_changes(shipping: Desk) -> None:
    """The order is created again with all of its lines, once, and the plan says that it comes back."""
    shipping.push()
    shipping.have([*dated(NEW, "1"), *several()[1:]])
    made = shipping.plan()
    assert made.archive is not None
    assert (made.archive.back, made.archive.earlier) == (("STYLE1 1",), 1)
    assert "1 come back as new items" in plan_text(made)
    result = shipping.push()
    assert (result.items.created, result.subitems.created) == (1, 2)
    assert shipping.sizes("STYLE1 1") == {"S": "10", "M": "20"}
    assert shipping.push().changed == 0
    # and may leave again
    shipping.have(several())
    assert (shipping.push().items.archived, len(shipping.board.active())) == (1, 8)


def test_all_come_back_without_the_policy(shipping: Desk) -> None:
    """What the file no longer asks for is undone by the next push, like any order that is due."""
    shipping.push()
    shipping.reopen(replace(shipping.context.board, archive=None))
    assert (shipping.push().items.created, len(shipping.board.active())) == (2, 10)


def test_a_shipped_order_that_never_was_on_the_board_is_not_created(shipping: Desk) -> None:
    """It would be archived by the next push."""
    shipping.push()
    shipping.have([*several(), *dated(OLD, "11")])
    result = shipping.push()
    assert (result.items.created, result.items.shipped, len(shipping.board.active())) == (0, 3, 8)


@pytest.mark.parametrize("reason", ["1 of 2 orders are gone", "paused"])
def test_a_customer_that_is_held_back_or_paused_is_spared(shipping: Desk, reason: str) -> None:
    """Its dates may be what it is held back for: nothing of it is archived until it is released."""
    shipping.have(several(), held={"GREYSON": reason})
    assert (shipping.push().items.archived, sent(shipping, ArchiveItem)) == (0, 0)
    released = shipping.push(release=("GREYSON",))
    assert released.items.archived == (0 if reason == "paused" else 2)


def test_much_at_once_needs_the_number(shipping: Desk) -> None:
    """More than the policy's share of the board is archived only with --yes: a year may have been mistyped."""
    shipping.have([*dated(OLD, *"12345678"), *several()[8:]])
    with pytest.raises(ConfirmationNeededError, match="change or archive 8 of 10 items"):
        shipping.push()
    assert sent(shipping, ArchiveItem) == 0
    assert shipping.push(yes=8).items.archived == 8


def test_nothing_else_is_archived(shipping: Desk) -> None:
    """Items of people stay, whatever their date; a limited push and one of another customer archive nothing."""
    day = shipping.column("ex_factory_date")
    shipping.board.things["77"] = replace(
        shipping.board.named("STYLE1 1"), id="77", name="by a planner", values={day: "2020-01-01"}
    )
    assert shipping.push(limit=5).items.archived == 0
    shipping.have([*several(), *dated(NEW, "20", customer="RHONE")])
    assert shipping.push(customers=("RHONE",)).items.archived == 0
    assert shipping.push().items.archived == 2
    assert shipping.board.named("by a planner").state == "active"


def test_an_answer_that_is_lost(shipping: Desk) -> None:
    """The archiving is settled by the next push, once, and recorded as by policy."""
    shipping.board.after = lost
    assert shipping.push().outcome == "stopped"
    shipping.board.after = lambda _: None
    shipping.push()
    shipping.push()
    assert (len(archived(shipping)), len(shipping.board.active())) == (2, 8)
    assert shipping.plan().vanished == 0


class _Killed(BaseException):
    """As if the process had been killed."""


def test_a_kill_between_the_answer_and_the_record(shipping: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next push finds the items archived, records that without a call, and creates nothing."""

    def die(*_: object) -> None:
        raise _Killed

    with monkeypatch.context() as patch:
        patch.setattr("monday_sync.engine.pusher.record_off", die)
        with pytest.raises(_Killed):
            shipping.push()
    assert (archived(shipping), len(shipping.board.active())) == ([], 8)
    made = shipping.plan()
    assert made.archive is not None
    assert (len(made.archive.already_off), made.by_policy, made.vanished) == (2, (), 0)
    before = sent(shipping, ArchiveItem)
    result = shipping.push()
    assert (result.items.created, sent(shipping, ArchiveItem), len(archived(shipping))) == (0, before, 2)


def test_a_kill_before_the_answer(shipping: Desk) -> None:
    """Nothing happened on the board: the next push does it, once each."""

    def die(request: MutationRequest) -> None:
        if any(isinstance(op, ArchiveItem) for op in request.operations):
            raise _Killed

    shipping.board.before = die
    with pytest.raises(_Killed):
        shipping.push()
    shipping.board.before = lambda _: None
    shipping.push()
    assert (len(archived(shipping)), len(shipping.board.active())) == (2, 8)


def test_an_item_that_is_not_to_be_seen_is_left(shipping: Desk) -> None:
    """A token that sees less proves nothing: what the API shows in no state is neither recorded nor created."""
    del shipping.board.things[shipping.board.named("STYLE1 1").id]
    made = shipping.plan()
    assert made.archive is not None
    assert (made.archive.unseen, len(made.by_policy)) == (1, 1)
    result = shipping.push()
    assert (result.items.archived, result.items.created, archived(shipping)) == (1, 0, [("STYLE1 2", "2025-03-01")])


def test_adopt_links_what_is_shipped_and_still_there(shipping: Desk) -> None:
    """After a loss of the ledger the shipped items are linked again, and archived by the next push."""
    shipping.forget_ledger()
    assert adopt(shipping.context).items == 10
    created = sent(shipping, CreateItem)
    assert (shipping.push().items.archived, sent(shipping, CreateItem)) == (2, created)


def test_the_day_must_be_over(tmp_path: Path) -> None:
    """A day to come would take live orders off: the board's file is refused with what to write."""
    folder = Path(__file__).parents[2] / "boards"
    document = yaml.safe_load((folder / "dev.yml").read_text(encoding="utf-8"))
    today = dt.date(2026, 11, 21)

    def load(value: str) -> Archive | None:
        text = yaml.safe_dump(document | {"archive": {"ex_factory_before": value}})
        (tmp_path / "dev.yml").write_text(text, encoding="utf-8")
        return load_board("dev", tmp_path, today=today).archive

    assert load("-365d") == Archive(dt.date(2025, 11, 21))
    with pytest.raises(ConfigurationError, match=r"archive.ex_factory_before is 2026-12-01, which is not in the past"):
        load("+10d")


def test_over_http(live: Live) -> None:
    """The recipe's line in the board's file, by the command line against the emulator."""
    live.have(several())
    assert live.cli("push", "--target", "local").exit_code == 0
    path = live.project / "boards/local.yml"
    path.write_text(path.read_text(encoding="utf-8") + "archive: {ex_factory_before: -365d}\n", encoding="utf-8")
    planned = live.cli("plan", "--target", "local")
    assert "this push archives 2 items with 4 subitems" in planned.stdout
    assert live.cli("push", "--target", "local").exit_code == 0
    again = live.cli("push", "--target", "local")
    assert (again.exit_code, "Nothing had to be changed" in again.stdout) == (0, True)
    assert live.wrong(several()[2:]) == []
    assert live.cli("verify", "--target", "local").exit_code == 0
    assert "2 shipped orders are off the board" in live.cli("status", "--target", "local").stdout
