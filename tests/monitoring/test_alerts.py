"""Told once per change of state."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from monitoring.alerts import Alert, as_told, follow, notices, put_down
from monitoring.checks import REGISTRY
from monitoring.model import Figure, State
from monitoring.settings import Settings, read_settings

CHECKS = {check.name: check for check in REGISTRY}
DAY = dt.timedelta(days=1)


def figure(value: float | None, state: str, subject: str = "", check: str = "sync_share", customer: str = "") -> Figure:
    return Figure(check, subject, customer, value, State(state), 95.0, reason="because")


def held(name: str, state: str = "attention") -> Figure:
    return figure(1, state, name, "customers_held", name)


@dataclass
class Days:
    """A look each day at 07:00 UTC."""

    settings: Settings = field(default_factory=Settings)
    now: dt.datetime = dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC)
    alerts: dict[str, Alert] = field(default_factory=dict)
    held: int = 0

    def day(self, *figures: Figure, hours: float = 24) -> list[tuple[str, str]]:
        self.alerts = follow(self.alerts, figures, self.settings, "run", self.now)
        told, waiting = notices(self.alerts.values(), CHECKS, self.settings, self.now)
        for notice in told:
            self.alerts[notice.alert.key] = as_told(notice, ["teams"], self.now)
        self.held = len(waiting)
        self.now += dt.timedelta(hours=hours)
        return [(notice.kind.value, notice.alert.subject) for notice in told]


def test_opened_once_then_quiet_then_recovered_once() -> None:
    """A state that lasts is told when it opens and when it ends, and not in between."""
    days = Days()
    assert days.day(figure(100, "ok")) == []
    assert days.day(figure(90, "attention")) == [("opened", "")]
    assert days.day(figure(91, "attention")) == []
    assert days.day(figure(100, "ok")) == [("recovered", "")]
    assert days.day(figure(100, "ok")) == []
    assert days.day(figure(90, "attention")) == [("opened", "")], "a new one is news again"


def test_it_gets_worse_and_better() -> None:
    """From attention to failed is told; back to attention is not, nor failing once more within the same alert."""
    days = Days()
    assert days.day(figure(90, "attention")) == [("opened", "")]
    assert days.day(figure(70, "failed")) == [("got worse", "")]
    assert days.day(figure(90, "attention")) == []
    assert days.day(figure(70, "failed")) == []
    assert days.day(figure(99, "ok")) == [("recovered", "")]


def test_what_is_still_open_is_told_again_after_the_declared_time() -> None:
    """After 72 hours by default, and so on."""
    days = Days()
    told = [days.day(figure(90, "attention")) for _ in range(8)]
    assert [number for number, some in enumerate(told) if some] == [0, 3, 6]
    assert told[3] == [("still open", "")]
    often = Days(read_settings({"repeat_after": "24h"}))
    assert [len(often.day(figure(90, "attention"))) for _ in range(3)] == [1, 1, 1]


def test_a_count_twice_as_large_is_news() -> None:
    """3 records given up became 6: told; 7 are not twice as many."""
    days = Days()
    told = [days.day(figure(n, "attention", "AJE", "records_given_up")) for n in (3, 4, 6, 7, 12)]
    assert [some[0][0] if some else "" for some in told] == ["opened", "", "got worse", "", "got worse"]


def test_each_subject_is_an_alert_of_its_own() -> None:
    """A second customer is told when it joins; one of which nothing is said any more has recovered."""
    days = Days()
    assert days.day(held("AJE")) == [("opened", "AJE")]
    assert days.day(held("AJE"), held("RHONE")) == [("opened", "RHONE")]
    assert days.day(held("RHONE")) == [("recovered", "AJE")]
    assert days.day(figure(0, "ok", "", "customers_held")) == [("recovered", "RHONE")]


def test_unknown_neither_opens_nor_ends() -> None:
    """A check that cannot be made says nothing of what was open; it opens nothing, unless its rule says so."""
    days = Days()
    assert days.day(held("AJE"), hours=1) == [("opened", "AJE")]
    assert days.day(figure(None, "unknown", "", "customers_held"), hours=1) == []
    assert days.day(held("AJE"), hours=1) == [], "it was open all the time"
    assert days.day(figure(None, "attention")) == [("opened", "")], "unknown counts as attention where the rule says so"


def test_a_check_that_is_not_made_changes_nothing() -> None:
    """A look at one check alone ends no alert of another one."""
    days = Days()
    days.day(held("AJE"))
    assert days.day(figure(100, "ok")) == []
    assert [alert.is_open for alert in days.alerts.values()] == [True]


def test_quiet_hours_hold_back_all_but_failed() -> None:
    """Attention waits for the morning, a failure does not; what opened and ended meanwhile nobody hears of."""
    days = Days(read_settings({"quiet_hours": {"from": "20:00", "to": "06:30"}}))
    days.now = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)
    assert days.day(held("AJE"), figure(70, "failed"), hours=1) == [("opened", "")]
    assert days.held == 1
    assert days.day(held("AJE"), figure(100, "ok"), hours=9) == [], "a recovery waits too"
    assert sorted(days.day(held("AJE"), figure(100, "ok"))) == [("opened", "AJE"), ("recovered", "")]
    days.now = dt.datetime(2026, 3, 3, 21, tzinfo=dt.UTC)
    assert days.day(held("AJE"), held("RHONE"), hours=1) == []
    assert days.day(held("AJE"), hours=9) == []
    assert days.day(held("AJE")) == []


def test_what_lasts_and_what_grows_waits_for_the_end_of_the_quiet_hours_too() -> None:
    """An alert of long ago is no reason to wake somebody: neither that it is still open, nor that it grew."""
    days = Days(read_settings({"quiet_hours": {"from": "20:00", "to": "06:30"}}))
    days.now = dt.datetime(2026, 3, 2, 19, tzinfo=dt.UTC)
    refused = "records_refused"
    assert days.day(held("AJE"), figure(3, "attention", "R", refused), hours=73) == [("opened", "AJE"), ("opened", "R")]
    assert days.now.hour == 20
    assert days.day(held("AJE"), figure(9, "attention", "R", refused), hours=12) == []
    assert days.held == 2
    assert days.day(held("AJE"), figure(9, "attention", "R", refused)) == [("still open", "AJE"), ("got worse", "R")]


def test_a_check_that_was_switched_off_is_open_no_more() -> None:
    """Nothing would ever end its alert; nobody is told, for whoever switched it off knows."""
    days = Days()
    days.day(held("AJE"), figure(70, "failed"))
    days.alerts = put_down(days.alerts, {"sync_share"}, days.now)
    assert {alert.check: alert.is_open for alert in days.alerts.values()} == {
        "customers_held": False, "sync_share": True,
    }  # fmt: skip
    assert days.day() == []
    assert days.day(held("AJE")) == [("opened", "AJE")], "it is news when it is on again"


def test_nothing_is_held_back_for_ever() -> None:
    """Where every run falls into the quiet hours, it is told after a day all the same."""
    days = Days(read_settings({"quiet_hours": {"from": "20:00", "to": "08:00"}}))
    assert days.day(figure(90, "attention")) == []
    assert days.day(figure(90, "attention")) == [("opened", "")]


def test_owners_by_customer_and_by_check() -> None:
    """The customer's owner is asked first, then the check's, then everybody's."""
    days = Days(read_settings({
        "owners": {"ann": {}, "bob": {}}, "customers": {"Aje": {"owner": "ann"}},
        "checks": {"customers_held": {"owner": "bob"}},
    }))  # fmt: skip
    days.day(held("AJE"), held("RHONE"), figure(70, "failed"))
    owners = {alert.subject: alert.owner for alert in days.alerts.values()}
    assert owners == {"AJE": "ann", "RHONE": "bob", "": "operations"}


def test_since_is_when_it_opened() -> None:
    """However often it got worse meanwhile."""
    days = Days()
    opened = days.now
    days.day(figure(90, "attention"))
    days.day(figure(70, "failed"))
    (alert,) = days.alerts.values()
    assert (alert.since, alert.changed_at, alert.told_state) == (opened, opened + DAY, State.FAILED)
