"""The commands on a target with several boards: all of them are meant, and each is named with its figures."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import monday_sync
from monday_sync.commands.verify import verify
from monday_sync.domain.board import Scope
from monday_sync.engine.merging import TargetResult
from monday_sync.errors import RefusedError
from tests.monday_sync.conftest import Desk, orders
from tests.monday_sync.harbour import FALL, SPRING, Harbour
from tests.monday_sync.test_several_boards import names, six

WHOLE = "20261127T065501Z-3f2a"


def test_plan_push_and_status_name_the_boards(harbour: Harbour) -> None:
    """The moves stand first and by themselves; --json has the same; the figures of each board are its own."""
    assert harbour.cli("check").stdout.count("All well") == 2
    harbour.have(six("5", "6"))
    assert harbour.cli("push").exit_code == 0
    harbour.have(six("4", "5", "6"))
    text = harbour.cli("plan").stdout
    moved = "orders that move from board spring (9609317401) to board fall (77): 1 items with 2 subitems"
    assert text.splitlines()[2] == moved
    assert "items on the board: 4 of 10,000; this push adds 0 and 1 are moved away" in text
    assert "items on the board: 2 of 10,000; this push adds 0 and 1 are moved here" in text
    assert "the board shows what the database says" not in text
    assert "those that are moved included: 3" in text
    planned = json.loads(harbour.cli("plan", "--json").stdout)
    assert [(m["from"], m["to"], [o["item"] for o in m["orders"]]) for m in planned["moves"]] == [
        ("9609317401", "77", ["STYLE1 4"])
    ]
    assert ([board["name"] for board in planned["boards"]], planned["number"]) == (["spring", "fall"], 3)
    pushed = harbour.cli("push", "--plan", planned["plan_id"])
    assert "1 items were moved with their subitems" in pushed.stdout
    assert harbour.wrong() == []
    again = harbour.cli("push", "--plan", planned["plan_id"])
    assert (again.exit_code, "was pushed by run" in again.stderr) == (2, True)
    status = harbour.cli("status").stdout
    assert "board spring (9609317401): 3 items and 6 subitems are linked" in status
    assert "board fall (77): 3 items and 6 subitems are linked" in status
    runs = json.loads(harbour.cli("status", "--json").stdout)["runs"]
    assert [(run["kind"], run["changed"]) for run in runs][:3] == [("push", 1), ("push", 0), ("move", 1)]
    document = json.loads(harbour.cli("push", "--json").stdout)
    assert [(one["title"], one["kind"]) for one in document["boards"]] == [
        ("board spring (9609317401)", "push"), ("board fall (77)", "push"),
    ]  # fmt: skip


def test_a_plan_is_refused_when_the_moves_are_others_by_now(harbour: Harbour) -> None:
    """The moves are part of what was looked at."""
    harbour.have(six("6"))
    harbour.push()
    harbour.have(six("4", "6"))
    plan_id = harbour.plan().plan_id
    harbour.handle.people.move_item_to_board(harbour.item("STYLE1 4").id, "77", "topics")
    refused = harbour.cli("push", "--plan", str(plan_id))
    assert (refused.exit_code, "it would not do the same now" in refused.stderr) == (2, True)


def test_the_public_push_sums_the_boards_up(harbour: Harbour) -> None:
    """The pipeline gets one result: the counts of all boards, and the worst exit status."""
    harbour.have(six("5", "6"))
    result = monday_sync.push("local", project_dir=harbour.project)
    assert isinstance(result, TargetResult)
    assert (result.items.created, result.subitems.created, result.board_id) == (6, 12, "9609317401, 77")
    (greyson,) = result.customers
    assert (greyson.items_created, greyson.subitems_created) == (6, 12)
    monday_sync.record_mapping(harbour.opened.contexts[0].target)
    assert harbour.push().changed == 0


def test_why_and_history_follow_an_order(harbour: Harbour) -> None:
    """Before the move: where it lies and where it goes; afterwards its new address, and the move in its history."""
    harbour.have(six("6"))
    harbour.push()
    harbour.have(six("4", "6"))
    before = harbour.cli("why", "4").stdout
    assert "belongs on board fall (77) by now: the next push moves it there" in before
    assert "not pushed" not in before
    harbour.push()
    after = harbour.cli("why", "4").stdout
    item = harbour.item("STYLE1 4").id
    assert f"board 77, item {item}, group GREYSON 2026 FALL, active" in after
    history = harbour.cli("history", "4").stdout
    assert "move_board SYNCED" in history
    assert "board_id: '9609317401' -> '77'" in history


def test_a_rollback_leaves_what_was_moved_since(harbour: Harbour) -> None:
    """It is named, not archived on the other board; a move itself goes back by the scopes alone."""
    harbour.have(six("6"))
    harbour.push()
    first = harbour.state("select run_id from monday_sync_runs order by started_at, run_id")[0][0]
    harbour.have(six("4", "6"))
    harbour.push()
    (move,) = harbour.state("select run_id from monday_sync_runs where kind = 'move'")
    refused = harbour.cli("rollback", str(move[0]))
    assert (refused.exit_code, "Change `scope` in boards/local.yml" in refused.stderr) == (2, True)
    told = harbour.cli("rollback", str(first))
    assert "STYLE1 4" in told.stdout
    assert "it was moved to board 77 since" in told.stdout
    assert (harbour.names("spring"), harbour.names("fall")) == ([], names("46"))


def test_cleanup_finds_what_a_run_created_on_whatever_board(harbour: Harbour) -> None:
    """Items of test data that were moved go, too."""
    harbour.have(six("6"))
    assert harbour.cli("push", "--test-data").exit_code == 0
    harbour.have(six("4", "6"))
    harbour.push()
    assert harbour.cli("cleanup", "--test-data", "--yes", "3").exit_code == 2
    dry = harbour.cli("cleanup", "--test-data", "--dry-run").stdout
    assert dry.count("- item GREYSON") == 6
    assert "To do this: monday-sync cleanup --test-data --board fall" in dry
    assert harbour.cli("cleanup", "--test-data").exit_code == 0
    assert (harbour.names("spring"), harbour.names("fall")) == ([], [])


def test_verify_and_repair_look_at_both_boards(harbour: Harbour) -> None:
    """A difference on the second board is found and mended there; a number needs the board that it is of."""
    harbour.have(six("5", "6"))
    harbour.push()
    assert harbour.cli("verify").exit_code == 0
    harbour.handle.people.edit_item(harbour.item("STYLE1 6").id, {harbour.board("fall").items[0].column_id: "typed"})
    found = harbour.cli("verify", "--json")
    differences = [one["result"]["differences"] for one in json.loads(found.stdout)["boards"]]
    assert (found.exit_code, [len(d) for d in differences]) == (1, [0, 1])
    assert harbour.cli("verify", "--repair", "--yes", "1").exit_code == 2
    assert harbour.cli("verify", "--repair", "--board", "fall", "--yes", "1").exit_code == 0
    assert harbour.wrong() == []


def test_failures_are_accepted_and_retried_on_the_board_they_are_on(harbour: Harbour) -> None:
    """A label that may not be made fails one row on the second board: status, accept, retry and revoke find it."""
    source = six("5", "6")
    source[5] = replace(source[5], order_type="UNHEARD OF")
    harbour.have(source)
    result = harbour.push()
    assert ([p.name for p in result.errors], int(result.exit_code)) == (["STYLE1 6"], 1)
    assert harbour.cli("accept", "6", "--reason", "soon").exit_code == 0
    assert int(harbour.push().exit_code) == 0
    assert "accepted as it is" in harbour.cli("status").stdout
    assert "1 rows are accepted as they are" in harbour.cli("retry").stdout
    assert harbour.cli("accept", "6", "--revoke").exit_code == 0
    assert "1 items and 0 subitems are due again" in harbour.cli("retry").stdout
    unknown = harbour.cli("accept", "nobody", "--reason", "x")
    assert (unknown.exit_code, "There is no order 'nobody'" in unknown.stderr) == (2, True)


def test_adopt_links_on_both_boards(harbour: Harbour) -> None:
    """An empty ledger learns which items are its rows', board by board."""
    harbour.have(six("5", "6"))
    harbour.push()
    with harbour.opened.contexts[0].ledger.session() as session:
        for name in ("items", "subitems", "attempts", "runs", "groups"):
            session.execute(f"delete from monday_sync_{name}")
    told = json.loads(harbour.cli("adopt", "--json").stdout)["boards"]
    assert [(one["name"], one["result"]["items"], one["result"]["subitems"]) for one in told] == [
        ("spring", 4, 8), ("fall", 2, 4),
    ]  # fmt: skip
    assert (harbour.push().items.created, harbour.wrong()) == (0, [])


def test_an_order_whose_key_and_season_change_is_one_order(harbour: Harbour) -> None:
    """It goes on under its new key where it lies, and the next push moves it: it is never there twice."""
    harbour.have(six("6"))
    harbour.push()
    item = harbour.item("STYLE1 4").id
    harbour.have([replace(o, customer="GREYSON GOLF", season=FALL) if o.number == "4" else
                  replace(o, customer="GREYSON GOLF") for o in six("6")])  # fmt: skip
    for context in harbour.opened.contexts:
        column = next(m.column_id for m in context.board.items if m.view_column == "customer_name")
        harbour.handle.people.create_label(context.board.board_id, column, "GREYSON GOLF")
    first = harbour.push()
    assert (first.items.created, first.items.changed_board) == (0, 0)
    second = harbour.push()
    assert (second.items.created, second.items.changed_board, harbour.item("STYLE1 4").id) == (0, 1, item)
    assert harbour.wrong() == []


def test_a_board_that_is_taken_out_of_the_file_is_missed(harbour: Harbour) -> None:
    """Its items are still linked: the target is refused until they are moved or the board is back."""
    harbour.have(six("5", "6"))
    harbour.push()
    harbour.rewrite(lambda boards: boards.pop())
    try:
        harbour.opened.contexts[0].ledger.links()
        harbour.cli("plan")
    except RefusedError as error:
        raise AssertionError from error
    refused = harbour.cli("plan")
    assert (refused.exit_code, "belongs to board 77" in refused.stderr) == (2, True)


def test_the_first_board_may_be_split_any_time(harbour: Harbour) -> None:
    """What was pushed to one board goes on on a list of boards: the rows are confirmed without a look, some move."""
    harbour.rewrite(lambda boards: (boards.pop(), boards[0].pop("scope")))
    harbour.have(orders("1", "2") + [replace(o, season=FALL) for o in orders("3")])
    assert harbour.cli("push").exit_code == 0
    assert harbour.names("spring") == names("123")
    _split(harbour)
    result = harbour.push()
    assert (result.items.changed_board, result.items.created, result.items.confirmed) == (1, 0, 2)
    assert (harbour.names("spring"), harbour.names("fall"), harbour.wrong()) == (names("12"), names("3"), [])
    assert harbour.settled()


def test_seasons_are_a_scope_of_a_single_board_as_well(desk: Desk) -> None:
    """A target with one board may leave seasons out by the same key."""
    desk.reopen(replace(desk.context.board, scope=Scope(seasons=(FALL,))))
    desk.have(orders("1") + orders("2", season=FALL))
    result = desk.push()
    assert (result.items.created, result.items.out_of_scope, result.subitems.out_of_scope) == (1, 1, 2)
    assert [item.name for item in desk.board.active()] == ["STYLE1 2"]
    assert verify(desk.context).due == 0


def _split(harbour: Harbour) -> None:
    from tests.monday_sync.harbour import two_boards  # noqa: PLC0415

    def change(boards: list[dict[str, object]]) -> None:
        boards[:] = two_boards()

    harbour.rewrite(change)
    assert {context.board.scope.seasons for context in harbour.opened.contexts} == {(SPRING,), (FALL,)}


def test_why_and_verify_tell_what_keeps_an_order_on_the_wrong_board(harbour: Harbour) -> None:
    """Held back, archived by a person, or to be moved: each is said as it is, and no push is promised that is none."""
    harbour.have(six("6"))
    harbour.push()
    harbour.have(six("4", "6"), held={"GREYSON": "lost too much"})
    assert (
        "belongs on board fall (77) by now: it stays while its customer is held back" in harbour.cli("why", "4").stdout
    )
    assert "1 orders lie here and belong on another board of the target" in harbour.cli("verify").stdout
    harbour.have(six("4", "6"))
    assert "belongs on board fall (77) by now: the next push moves it there" in harbour.cli("why", "4").stdout
    harbour.handle.people.remove_item(harbour.item("STYLE1 4").id, state="archived")
    assert int(harbour.push().exit_code) == 1
    told = harbour.cli("why", "4").stdout
    assert "its item was archived by a person, and a push goes by the policy" in told
    assert "the next push moves it" not in told
    told = harbour.cli("verify").stdout
    assert "taken off the board by a person, and left alone: item STYLE1 4" in told


def test_moves_that_fail_keep_no_other_order_waiting(harbour: Harbour) -> None:
    """An archived item that was to be moved is asked about last: under a limit the others are moved."""
    harbour.have(six("6"))
    harbour.push()
    first = min(six("6")[:5], key=lambda order: order.key)
    harbour.handle.people.remove_item(harbour.item(first.name).id, state="archived")
    harbour.have(six(*"123456"))
    left = []
    for _ in range(5):
        result = harbour.push(limit=1)
        left.append(len(result.left))
    assert (left, len(harbour.names("fall"))) == ([1, 0, 0, 0, 0], 5)
    assert (harbour.push().left[0].name, harbour.names("spring")) == (first.name, [])


def test_the_id_of_the_whole_run_means_its_pushes_on_every_board(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """status, history and rollback take the id of `pipeline history`; what another run did is left alone."""
    harbour.have(six()[:1])
    assert harbour.cli("push").exit_code == 0
    kept = (harbour.names("spring"), harbour.names("fall"))
    harbour.have(six("4"))
    monkeypatch.setenv("ORDER_LIST_RUN_ID", WHOLE)
    assert harbour.cli("push").exit_code == 0
    monkeypatch.delenv("ORDER_LIST_RUN_ID")
    listed = json.loads(harbour.cli("status", "--run", WHOLE, "--json").stdout)["runs"]
    assert len(listed) == 2
    assert {run["pipeline_run_id"] for run in listed} == {WHOLE}
    sent = json.loads(harbour.cli("history", "--run", WHOLE, "--json").stdout)["entries"]
    assert {entry["run_id"] for entry in sent} == {run["run_id"] for run in listed}
    assert not json.loads(harbour.cli("history", "1", "--run", WHOLE, "--json").stdout)["entries"]
    assert harbour.cli("rollback", WHOLE, "--yes", "3").exit_code == 2
    dry = harbour.cli("rollback", WHOLE, "--dry-run").stdout
    assert all(run["run_id"] in dry for run in listed)
    assert harbour.cli("rollback", WHOLE).exit_code == 0
    assert (harbour.names("spring"), harbour.names("fall")) == kept
    assert harbour.cli("status", "--run", "nobody").exit_code == 2
    assert harbour.cli("history").exit_code == 2
