"""What is kept of every push for who watches the runs, and the look at the board after it."""

from __future__ import annotations

import datetime as dt

from monday_sync.commands.verified import verify_board
from tests.monday_sync.conftest import Desk, orders


def kept(desk: Desk) -> dict[str, float]:
    """The figures that were kept last, by name."""
    with desk.context.warehouse.session(read_only=True) as session:
        rows = session.rows("select figure, amount from monday_sync_figures order by recorded_at")
    return {str(figure): float(amount) for figure, amount in rows}


def test_a_push_keeps_how_the_api_answered_and_how_full_the_board_is(desk: Desk) -> None:
    """Calls, room by level, what is due and what no board takes; what is not known has no row."""
    desk.have(orders("1", "2", "3"))
    result = desk.push()
    found = kept(desk)
    assert found["calls"] == result.calls
    assert (found["items"], found["subitems"]) == (3, 6)
    assert found["items_limit"] >= 3
    assert (found["due_rows"], found["out_of_scope"], found["conflicts"], found["calls_refused"]) == (9, 0, 0, 0)
    assert not {"day_calls", "day_limit", "items_days_left", "call_p95_seconds"} & found.keys()


def test_a_part_of_a_push_says_nothing_of_the_whole(desk: Desk) -> None:
    """With --limit the rest is not outside any scope: the figures of the last whole push stand."""
    desk.have(orders("1", "2", "3"))
    desk.push(limit=1)
    assert not {"due_rows", "out_of_scope"} & kept(desk).keys()


def test_the_first_look_is_at_all_and_the_next_ones_at_some(desk: Desk) -> None:
    """All of the board once a week, a sample in between; what differs is kept, and nothing is changed."""
    desk.have(orders("1", "2", "3", "4"))
    desk.push()
    first = verify_board(desk.context, size=2)
    assert (first.whole, first.checked, first.differences) == (True, 12, 0)
    second = verify_board(desk.context, size=2)
    assert (second.whole, second.checked, second.differences) == (False, 6, 0)
    for name in ("1", "2", "3", "4"):
        desk.board.named(f"STYLE1 {name}").values[desk.column("notes")] = "person"
    third = verify_board(desk.context, size=2)
    assert (third.whole, third.differences) == (False, 2)
    assert kept(desk)["verify_differences"] == 2
    again = verify_board(desk.context, whole_after=dt.timedelta(0))
    assert (again.whole, again.differences, kept(desk)["verify_checked"]) == (True, 4, 12)


def test_a_row_that_is_due_is_no_difference(desk: Desk) -> None:
    """The board was not told of it yet; the share on the board counts it."""
    desk.have(orders("1", "2"))
    desk.push()
    desk.have(orders("1", "2", "3"))
    assert verify_board(desk.context).differences == 0


def test_a_look_stamped_by_a_clock_far_ahead_is_not_the_last_one_until_then(desk: Desk) -> None:
    """Each run has a greater number than the one before; the last whole look goes by it, and figures as well."""
    desk.have(orders("1"))
    desk.push()
    book = desk.context.ledger.figures
    book.save("ahead", {"verify_whole": 1}, dt.datetime(2099, 1, 1))  # noqa: DTZ001 - as the database has it
    assert (verify_board(desk.context).whole, verify_board(desk.context).whole) == (True, False)
    with desk.context.warehouse.session(read_only=True) as session:
        numbers = session.rows("select amount from monday_sync_figures where figure = 'number' order by amount")
    assert numbers == [(1,), (2,), (3,), (4,)]
