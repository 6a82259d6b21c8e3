"""How full a board is: what a push adds, what the limit is, and when there is no room left, if that is known."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from monday_sync.domain.board import Limits
from monday_sync.domain.capacity import DayCount, rate, room
from monday_sync.domain.rows import Level
from monday_sync.errors import RefusedError
from monday_sync.figures import room_line
from monday_sync.render import plan_json, plan_text
from tests.monday_sync.conftest import Desk, orders

TODAY = dt.date(2026, 11, 21)
FIRST_LOAD = DayCount(TODAY - dt.timedelta(days=20), 5_000)


def daily(made: int, days: int = 20, gone: int = 0) -> list[DayCount]:
    return [DayCount(TODAY - dt.timedelta(days=n), made, gone) for n in reversed(range(days))]


@pytest.mark.parametrize(
    ("history", "per_day", "days"),
    [
        ([], None, 0),
        ([DayCount(TODAY, 900)], None, 0),
        ([DayCount(TODAY - dt.timedelta(days=13), 900), *daily(10, 13)], None, 13),
        ([FIRST_LOAD, *daily(10)], 10.0, 20),
        ([FIRST_LOAD], 0.0, 20),
        ([FIRST_LOAD, *daily(10, gone=4)], 6.0, 20),
        ([replace(FIRST_LOAD, day=dt.date(2026, 1, 5)), DayCount(dt.date(2026, 3, 1), 9_000), *daily(9)], 2.0, 90),
    ],
)
def test_the_rate_is_of_the_days_after_the_first_load(
    history: list[DayCount], per_day: float | None, days: int
) -> None:
    """It is of the last 90 days at most, less what was archived; a history of less than 14 days tells none."""
    found = rate(history, TODAY)
    assert (found.per_day, found.days) == (per_day, days)


def test_the_day_on_which_it_is_full() -> None:
    """The room that is left after the push, by the rate; no date where the rate is unknown or there is no growth."""
    told: dict[str, object] = {"counted": 9_000, "linked": 8_000, "limits": (None, 10_000), "adds": 200, "removes": 0}
    growing = room(Level.ITEM, history=[FIRST_LOAD, *daily(10)], today=TODAY, **told)  # type: ignore[arg-type]
    assert (growing.after, growing.full_on) == (9_200, TODAY + dt.timedelta(days=80))
    assert room_line(growing) == (
        "items on the board: 9,000 of 10,000; this push adds 200; full by 2027-02-09 at 10.0 a day "
        "(in the last 20 days)."
    )
    short = room(Level.ITEM, history=[FIRST_LOAD, *daily(10)], today=TODAY - dt.timedelta(days=18), **told)  # type: ignore[arg-type]
    assert (short.full_on, "when it is full is not known (2 days of history" in room_line(short)) == (None, True)
    still = room(Level.ITEM, history=[FIRST_LOAD], today=TODAY, **told)  # type: ignore[arg-type]
    assert (still.full_on, "it did not grow" in room_line(still)) == (None, True)
    left = [one.days_left(TODAY) for one in (growing, short, still)]
    assert left == [80, None, 3_650], "that it is not full for ten years is known, and ends the alert that it will be"


def test_what_the_api_does_not_tell_is_said_to_be_unknown() -> None:
    """Without a count there are at least the linked ones; a documented limit is named as such and refuses nothing."""
    found = room(
        Level.SUBITEM, counted=None, linked=9_999, limits=(None, None), adds=2, removes=0, history=[], today=TODAY
    )
    assert (found.there, found.counted, found.limit, found.fits) == (9_999, False, 10_000, True)
    assert room_line(found).startswith(
        "subitems on the board: at least 9,999 (the API does not tell how many) of 10,000 (as documented; the API does "
    )


def test_plan_shows_both_levels(desk: Desk) -> None:
    """Items and subitems against their limits, with what the push adds, for people and for programs."""
    desk.have(orders("1", "2", "3"))
    desk.push()
    desk.have(orders("1", "2", "3", "4"))
    made = desk.plan()
    told = plan_text(made)
    assert "items on the board: 3 of 10,000; this push adds 1; when it is full is not known" in told
    assert "subitems on the board: 6 of 10,000; this push adds 2;" in told
    rooms = plan_json(made)["rooms"]
    assert isinstance(rooms, list)
    assert [(r["level"], r["on_board"], r["after"], r["full_on"]) for r in rooms] == [
        ("item", 3, 4, None), ("subitem", 6, 8, None),
    ]  # fmt: skip


def test_the_ledger_tells_the_rate(desk: Desk) -> None:
    """Twenty days after a first load, two orders made since are a rate of 0.1 a day."""
    desk.have(orders("1", "2", "3"))
    desk.push()
    desk.clock.now += dt.timedelta(days=10)
    desk.have(orders("1", "2", "3", "4", "5"))
    desk.push()
    desk.clock.now += dt.timedelta(days=10)
    items, subitems = desk.plan().rooms
    assert (items.rate.days, items.rate.per_day, subitems.rate.per_day) == (20, 0.1, 0.2)
    assert items.full_on is None
    desk.reopen(replace(desk.context.board, limits=Limits(items=10)))
    assert desk.plan().rooms[0].full_on == desk.clock.now.date() + dt.timedelta(days=50)


def test_subitems_that_do_not_fit_are_refused(desk: Desk) -> None:
    """The subitem board fills up as well; a limit of the board's own file counts like the API's."""
    desk.have(orders("1", "2"))
    desk.reopen(replace(desk.context.board, limits=Limits(subitems=3)))
    with pytest.raises(RefusedError, match="has 0 of at most 3 subitems; 4 more do not fit"):
        desk.push()
    assert not desk.board.requests
    desk.reopen(replace(desk.context.board, limits=Limits(items=1, subitems=4)))
    with pytest.raises(RefusedError, match="has 0 of at most 1 items; 2 more do not fit"):
        desk.push()
    desk.reopen(replace(desk.context.board, limits=Limits(subitems=4)))
    assert desk.push().subitems.created == 4
