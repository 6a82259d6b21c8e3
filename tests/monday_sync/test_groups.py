"""Groups: told apart exactly, created once though two runs race, and archived only by who created them in vain."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.soak.relations import Order, Relations
from board_emulator.testing import running_emulator
from monday_sync.api import BoardApi, CreateGroup, HttpBoardApi, MutationRequest, Outcome
from monday_sync.bulk import BulkImports
from monday_sync.commands.push import PushRequest, push_in
from monday_sync.commands.verify import verify
from monday_sync.domain.board import load_board
from monday_sync.domain.remote import Group
from monday_sync.domain.selection import PushOptions
from monday_sync.engine.context import Context
from monday_sync.ledger import Ledger
from monday_sync.ledger.schema import GROUPS
from tests.monday_sync.conftest import BOARDS, PROFILE, Clock, Desk, orders
from tests.monday_sync.fake_board import Item
from tests.monday_sync.test_exactly_once import crash_at
from warehouse import load_target, open_warehouse

TITLE = "GREYSON 2026 SPRING"
NOW = dt.datetime(2026, 11, 21, 8)  # noqa: DTZ001 - the ledger keeps UTC without a zone


def database(folder: Path, source: list[Order]) -> Callable[..., Context]:
    """A second database with its own orders for the same board; gives a function that makes its context."""
    folder.mkdir()
    (folder / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    shutil.copytree(BOARDS, folder / "boards")
    target = load_target("local", project_dir=folder)
    config = load_board("local", folder / "boards")
    warehouse = open_warehouse(target)
    numbers = [m.view_column for m in config.items if m.type == "numbers"]
    relations = Relations(warehouse, [m.view_column for m in config.items], numbers)
    relations.create()
    relations.set_orders(source)

    def context(api: BoardApi, clock: Clock) -> Context:
        ledger = Ledger(warehouse, config.board_id)
        return Context(target, config, warehouse, ledger, api, clock, clock.sleep, BulkImports())

    return context


def push(context: Context) -> None:
    result = push_in(context, PushRequest(PushOptions()))
    assert (result.outcome, result.errors) == ("done", ())


def test_names_are_told_apart_exactly(desk: Desk) -> None:
    """Names that a collation may take for the same are groups of their own: their keys differ in any collation."""
    book = desk.context.ledger.groups
    names = {"ABC": "g1", "abc": "g2", "ABC ": "g3", "\u00c4BC": "g4"}
    book.save(names, "run", NOW)
    book.save({"ABC": "g5"}, "run", NOW)
    assert book.known() == names | {"ABC": "g5"}
    assert desk.state("select count(distinct lower(group_key)) from monday_sync_groups") == [(4,)]
    book.forget(["g2"])
    assert "abc" not in book.known()


def test_groups_that_differ_in_case_are_both_created(desk: Desk) -> None:
    """Two seasons that differ only in case get a group each, and keep it."""
    desk.have(orders("1") + orders("2", season="2026 Spring"))
    assert desk.push().groups_created == 2
    assert desk.push().changed == 0
    assert sorted(g.title for g in desk.board.groups) == ["GREYSON 2026 SPRING", "GREYSON 2026 Spring"]


def test_a_table_keyed_by_name_gets_its_new_key(desk: Desk) -> None:
    """A ledger of an earlier version keeps what it knows of groups."""
    desk.have(orders("1"))
    desk.push()
    group_id = desk.board.groups[0].id
    old = tuple(c for c in GROUPS.columns if c.name != "group_key")
    with desk.context.warehouse.session() as session:
        session.drop_table("order_list_versions")
        session.drop_table(GROUPS.name)
        session.create_table(GROUPS.name, [replace(c, nullable=False) if c.name == "group_name" else c for c in old],
                             key=("board_id", "group_name"))  # fmt: skip
        session.execute(
            "insert into monday_sync_groups values (?, ?, ?, ?, ?)",
            [desk.context.board.board_id, TITLE, group_id, "run", NOW],
        )
    fresh = Ledger(desk.context.warehouse, desk.context.board.board_id)
    assert fresh.groups.known() == {TITLE: group_id}
    key = hashlib.sha256(TITLE.encode()).hexdigest()
    assert desk.state("select group_key, run_id from monday_sync_groups") == [(key, "run")]


def race(desk: Desk, other: Context) -> None:
    """Push, and let the other database push from start to end right before our first group is created."""
    waiting = iter([None])

    def first(request: MutationRequest) -> None:
        if isinstance(request.operations[0], CreateGroup) and next(waiting, 0) is None:
            push(other)

    desk.board.before = first
    push(desk.context)
    desk.board.before = lambda _: None


def whole(desk: Desk, other: Context, count: int) -> None:
    """One group of the title with all items in it, both ledgers know it, and neither has anything left to do."""
    named = [g.id for g in desk.board.groups if g.title == TITLE]
    assert len(named) == 1
    assert [i.group_id for i in desk.board.active()] == named * count
    for context in (desk.context, other):
        assert context.ledger.groups.known() == {TITLE: named[0]}
        assert verify(context).clean
        assert push_in(context, PushRequest(PushOptions())).changed == 0


def test_the_younger_of_two_groups_goes(desk: Desk, tmp_path: Path) -> None:
    """A run that created a group in vain uses the older one of that title and archives its own."""
    desk.have(orders("1", "2", "3"))
    other = database(tmp_path / "other", orders("4", "5"))(desk.board, desk.clock)
    race(desk, other)
    whole(desk, other, 5)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_dies_between_creating_and_looking(desk: Desk, tmp_path: Path, when: str) -> None:
    """The next run settles the doubt, finds the older group and archives the younger one."""
    desk.have(orders("1", "2", "3"))
    other = database(tmp_path / "other", orders("4", "5"))(desk.board, desk.clock)
    older = Group("group_9", TITLE, 0)
    crash_at(desk, when, lambda _: True)
    desk.board.groups.append(older)
    push(other)
    push(desk.context)
    whole(desk, other, 5)
    assert desk.board.groups == [older]


def test_what_lies_in_the_younger_group_moves_first(desk: Desk, tmp_path: Path) -> None:
    """Items that were created in the younger group already move to the older one, and keep their ids."""
    desk.have(orders("1", "2", "3"))
    desk.push()
    ids = {i.id for i in desk.board.active()}
    desk.board.groups.append(Group("group_9", TITLE, 0))
    other = database(tmp_path / "other", orders("4", "5"))(desk.board, desk.clock)
    push(other)
    result = desk.push(yes=3)
    assert (result.items.moved, result.items.created, result.groups_archived) == (3, 0, 1)
    whole(desk, other, 5)
    assert ids < {i.id for i in desk.board.active()}


def test_a_younger_group_with_a_person_s_item_stays(desk: Desk) -> None:
    """A group is archived only when the board shows no item in it; later, when it is empty, it goes."""
    desk.have(orders("1", "2", "3"))
    desk.push()
    (younger,) = desk.board.groups
    desk.board.groups.append(Group("group_9", TITLE, 0))
    desk.board.things["9001"] = Item("9001", "a person's own", younger.id, {})
    assert desk.push(yes=3).groups_archived == 0
    assert desk.board.named("a person's own").group_id == younger.id
    desk.board.archive("9001")
    assert desk.push().groups_archived == 1


def test_groups_that_people_made_are_never_archived(desk: Desk) -> None:
    """An empty group of the same title that a person made stays, and so does one of ours that a person renamed."""
    desk.have(orders("1", "2") + orders("3", customer="RHONE"))
    desk.push()
    mine, renamed = sorted(desk.board.groups, key=lambda g: g.title)
    desk.board.groups += [replace(mine, id="group_99999"), replace(renamed, id="group_8", title="Rhone")]
    desk.board.groups = [replace(g, title="Rhone") if g.id == renamed.id else g for g in desk.board.groups]
    before = list(desk.board.groups)
    assert desk.push().changed == 0
    assert desk.board.groups == before
    desk.have(orders("1", "2") + orders("3", "4", customer="RHONE"))
    assert (desk.push().groups_created, desk.board.named("STYLE1 4").group_id) == (0, renamed.id)


@pytest.mark.slow
def test_two_runs_create_the_same_group_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over HTTP: both runs have planned the group before either creates it, and both create it before either looks."""
    mine = database(tmp_path / "a", orders("1", "2", "3"))
    other = database(tmp_path / "b", orders("4", "5"))
    planned, created = threading.Barrier(2), threading.Barrier(2)
    mutate = BoardApi.mutate

    def together(api: BoardApi, request: MutationRequest) -> tuple[Outcome, ...]:
        if not isinstance(request.operations[0], CreateGroup):
            return mutate(api, request)
        planned.wait(30)
        outcomes = mutate(api, request)
        created.wait(30)
        return outcomes

    monkeypatch.setattr(BoardApi, "mutate", together)
    failures: list[BaseException] = []

    def run(context: Context) -> None:
        try:
            push(context)
        except BaseException as error:
            failures.append(error)

    with running_emulator() as handle:
        contexts = [make(HttpBoardApi(handle.url, handle.token), Clock()) for make in (mine, other)]
        threads = [threading.Thread(target=run, args=(context,)) for context in contexts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        board = handle.state.board(contexts[0].board.board_id)
        titled = [g.state for g in board.groups.values() if g.title == TITLE]
        assert sorted(titled) == ["active", "archived"]
        (group,) = (g for g in board.active_groups() if g.title == TITLE)
        assert [i.group_id for i in handle.state.listed(board)] == [group.id] * 5
        for context in contexts:
            assert push_in(context, PushRequest(PushOptions())).changed == 0
            assert verify(context).clean
            context.api.close()
