"""A made-up fortnight for the page: so many customers, thirty runs, something wrong of every kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from monitoring.alerts import Alert, alert_key
from monitoring.checks import REGISTRY
from monitoring.model import OPEN, Figure, Point, State
from monitoring.overview import Overview
from monitoring.page.facts import Counted, Due, Facts, Plan, Reject, Run, Stage, Workbook
from monitoring.page.view import Beside, PageView, page_view
from monitoring.rules import bars_of
from monitoring.settings import Settings

NOW = dt.datetime(2026, 3, 31, 7, 5, tzinfo=dt.UTC)
EVIL = "<img src=x onerror=alert(1)>"
_STATES = ("ok", "ok", "ok", "attention", "ok", "failed", "ok", "ok", "died", "attention")
_CHECKS = {check.name: check for check in REGISTRY}


def name_of(number: int) -> str:
    """A name of any length, with what must be escaped in some."""
    if number == 3:
        return f"CUSTOMER {EVIL}"
    if number == 5:
        return "THEVERYLONGNAMEWITHOUTANYBLANKSTHATMUSTBREAKSOMEWHERE & SONS"
    return f"CUSTOMER {number:03}"


def runs(count: int = 30) -> tuple[Run, ...]:
    """The latest first."""
    found = []
    for number in range(count):
        status = _STATES[number % len(_STATES)]
        load, transform, sync = 8.0 + number % 4, 70.0 + number * 3 % 31, 120.0 * (1 + (number % 7) / 3)
        stages = (
            Stage("load", "ok", load, 900),
            Stage("transform", "skipped" if number == 4 else "ok", None if number == 4 else transform, None
                  if number == 4 else 46_000 + number * 37),
            Stage("sync", status, sync, 12),
        )  # fmt: skip
        died = status == "died"
        found.append(
            Run(f"20260301T0{number:05}Z-0a1b", NOW - dt.timedelta(days=count - 1 - number, minutes=9),
                None if died else load + transform + sync + 4, status, f"A verdict with `code` and {EVIL}.",
                None if died else 45_900 + number, None if died else number, () if died else stages)
        )  # fmt: skip
    return tuple(reversed(found))


def history(of: Iterable[Run]) -> dict[str, list[Point]]:
    """Shares, rejects, what waits and the boards; of some runs nothing is known."""
    found: dict[str, list[Point]] = {}
    for place, run in enumerate(of):
        if run.status == "died":
            continue
        at = run.began_at or NOW
        share = 99.2 - (place % 9) * 2.4
        states = [State.OK if share >= 95 else State.ATTENTION if share >= 80 else State.FAILED]
        found.setdefault("sync_share", []).append(Point(run.run_id, at, "", share, states[0]))
        lost = place in {11, 12}
        success = Point(run.run_id, at, "", None if lost else 99.9, State.UNKNOWN if lost else State.OK)
        found.setdefault("api_success", []).append(success)
        for customer in ("CUSTOMER 001", "CUSTOMER 002"):
            found.setdefault("rejects", []).append(Point(run.run_id, at, customer, 40.0 + place, State.OK))
        waiting = Point(run.run_id, at, "", float(place % 5), State.ATTENTION if place % 5 else State.OK)
        found.setdefault("records_waiting", []).append(waiting)
        for subject, base in (("items of board 92", 93.0), ("subitems of board 92", 41.0)):
            state = State.ATTENTION if base - place / 4 > 90 else State.OK
            found.setdefault("board_fill", []).append(Point(run.run_id, at, subject, base - place / 4, state))
    return found


def figures() -> dict[str, tuple[Figure, ...]]:
    """As last judged."""

    def one(check: str, value: float | None, state: State, subject: str = "", reason: str = "") -> Figure:
        bar = bars_of(_CHECKS[check].bars, 30.0)[0]
        return Figure(check, subject, "", value, state, bar, None, reason)

    return {
        "sync_share": (one("sync_share", 99.2, State.OK),),
        "api_success": (one("api_success", 99.9, State.OK),),
        "api_calls_left": (one("api_calls_left", None, State.UNKNOWN, reason="nobody knows it"),),
        "rejects": (one("rejects", 40, State.OK, "CUSTOMER 001"), one("rejects", 40, State.OK, "CUSTOMER 002")),
        "records_waiting": (one("records_waiting", 0, State.OK),),
        "board_fill": (
            one("board_fill", 93, State.ATTENTION, "items of board 92", "9,300 of 10,000"),
            one("board_fill", 41, State.OK, "subitems of board 92", "41,000 of 100,000"),
        ),
        "board_full": (one("board_full", 21, State.ATTENTION, "items of board 92"),),
        "backup_age": (one("backup_age", 7.2, State.OK),),
        "restore_age": (one("restore_age", None, State.UNKNOWN, reason="nobody knows it"),),
    }


def alert(check: str, subject: str, state: State, value: float, reason: str = "", customer: str = "") -> Alert:
    """One that is open."""
    bar = bars_of(_CHECKS[check].bars, 30.0)[0]
    since = NOW - dt.timedelta(days=2)
    told = since if state in OPEN else None
    return Alert(alert_key(check, subject), check, subject, customer, "ann", state, value, bar, reason, since, since,
                 "r", state, value, told, "ann: teams")  # fmt: skip


def overview_of(customers: int) -> Overview:
    """Something is open if there is somebody."""
    names = [name_of(number) for number in range(customers)]
    alerts = [alert("board_fill", "items of board 92", State.ATTENTION, 93, "9,300 of 10,000")]
    if names:
        alerts += [
            alert("last_run", "", State.FAILED, 1, f"Failed in sync: no token {EVIL} " + "x" * 300),
            alert("customers_held", name_of(3), State.ATTENTION, 1, "7 of 10 orders are gone", name_of(3)),
            *(
                alert("records_refused", name, State.ATTENTION, 12, "Label 'BOX' is not on the board", name)
                for name in names[1::9]
            ),
        ]
    return Overview(
        "local", None, (), REGISTRY, figures(), history(runs()), tuple(alerts), judged_at=NOW, settings=Settings()
    )


def facts_of(customers: int) -> Facts:
    """Orders, rejects and records of each; rows for some."""
    names = [name_of(number) for number in range(customers)]
    reject = Reject(f"{EVIL}.xlsx", 12, "EX FACTORY DATE", f"TBC {EVIL}", "'TBC' is no date. Type one as 2026-03-31.")
    due = Due("failed", "item", f"STYLE-{EVIL}-RED", f"Label 'BOX' is not on the board {EVIL}", "a.xlsx", 7)
    return Facts(
        runs=runs(),
        workbooks=tuple(
            Workbook(f"{name} ORDER LIST (M3).xlsx", "rejected" if place == 7 else "landed",
                     "It is no workbook. Save it again." if place == 7 else "", NOW - dt.timedelta(days=place % 5))
            for place, name in enumerate(names)
        ),
        orders={(name, f"{name} ORDER LIST (M3).xlsx"): 40 + place * 13 for place, name in enumerate(names)},
        rejects={
            (name, f"{name} ORDER LIST (M3).xlsx"): Counted(25, (reject,) * 10)
            for place, name in enumerate(names) if place % 6 == 1
        },
        due={
            (name, kind): Counted(count, (replace(due, kind=kind, message="" if kind == "waiting" else due.message),)
                                  * min(count, 10))
            for place, name in enumerate(names)
            for kind, count in (("failed", 12 if place % 9 == 1 else 0), ("waiting", place % 4),
                                ("held", 30 if place == 3 else 0))
            if count
        },
        held={name_of(3): "7 of 10 orders are gone"} if customers > 3 else {},
        plans=(Plan("p1", "92", NOW - dt.timedelta(hours=1), "push-1"),),
    )  # fmt: skip


def view_of(customers: int) -> PageView:
    """The page of so many."""
    kept = frozenset(run.run_id for run in runs()[:20])
    beside = Beside("", kept, ("audit.html", "latest.html"), "../BACKUP_LOG.md")
    return page_view(overview_of(customers), facts_of(customers), now=NOW, beside=beside)
