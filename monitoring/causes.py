"""What follows from what: one cause is told once, and what comes of it stands beneath it. Pure.

A consequence of something that is open is not told as news of its own. It is shown as open like everything else, and
told as soon as its cause is over and it is not. What is worse than its cause is told by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence

from monitoring.alerts import Alert, Kind, Notice
from monitoring.checks.runs import OVERDUE
from monitoring.model import Check, is_worse

Fits = Callable[[Alert, Alert], bool]


def _any(_: Alert, __: Alert) -> bool:
    return True


def _same_customer(one: Alert, other: Alert) -> bool:
    return bool(one.customer) and one.customer == other.customer


def _same_owner(one: Alert, other: Alert) -> bool:
    return one.owner == other.owner


def _of_the_push(one: Alert, _: Alert) -> bool:
    return one.subject == "sync"


#: By check, what it may come of, the nearest first. Nothing follows from itself, not even by a detour.
CAUSES: Mapping[str, Sequence[tuple[str, Fits]]] = {
    "run_overdue": (("last_run", _any),),
    "api_success": (("last_run", _any),),
    "api_retried": (("last_run", _any), ("api_success", _any)),
    "api_p95": (("last_run", _any),),
    "stage_time": (("api_p95", _of_the_push), ("api_retried", _of_the_push), ("api_success", _of_the_push)),
    # whoever looks after the customer has to hear of the refusal, not only who looks after the run
    "records_refused": (("last_run", _same_owner),),
    "records_given_up": (("last_run", _same_owner),),
    "customers_held": (("drift", _same_customer), ("customer_orders", _same_customer)),
    "unknown_headers": (("drift", _same_customer),),
    "records_waiting": (
        ("customers_held", _same_customer), ("run_overdue", _any), ("last_run", _any),
        ("records_refused", _same_customer), ("records_given_up", _same_customer),
    ),
    "sync_share": (
        ("last_run", _any), ("run_overdue", _any), ("customers_held", _any), ("records_refused", _any),
        ("records_given_up", _any),
    ),
    "board_full": (("board_fill", _any),),
    "restore_age": (("backups_failing", _any),),
    "backup_age": (("backups_failing", _any),),
}  # fmt: skip


def missed_after(checks: Sequence[Check]) -> dt.timedelta:
    """How old the last run may be."""
    bars = next((check.bars for check in checks if check.name == OVERDUE.name), OVERDUE.bars)
    hours = bars.attention if bars.attention is not None else bars.failed
    return dt.timedelta(hours=hours or 0.0)


def folded(
    told: Sequence[Notice], alerts: Iterable[Alert], now: dt.datetime, *, ran_at: dt.datetime | None,
    missed_after: dt.timedelta,
) -> tuple[tuple[Notice, ...], Mapping[str, tuple[Alert, ...]]]:  # fmt: skip
    """The notices that are told, and what follows from each of them, by the key of the cause.

    Args:
        alerts: all, as they stand.
        ran_at: when the last run began; one that failed longer ago than ``missed_after`` is no reason why none came.
    """
    is_open: dict[str, list[Alert]] = {}
    for alert in alerts:
        if alert.is_open:
            is_open.setdefault(alert.check, []).append(alert)

    def cause_of(alert: Alert) -> Alert | None:
        if alert.check == "run_overdue" and (ran_at is None or now - ran_at > missed_after):
            return None
        for check, fits in CAUSES.get(alert.check, ()):
            for cause in is_open.get(check, ()):
                if fits(alert, cause) and not is_worse(alert.state, cause.state):
                    return cause_of(cause) or cause
        return None

    kept, beneath = list[Notice](), dict[str, list[Alert]]()
    for notice in told:
        cause = cause_of(notice.alert) if notice.kind is Kind.OPENED else None
        if cause is None:
            kept.append(notice)
        else:
            beneath.setdefault(cause.key, []).append(notice.alert)
    return tuple(kept), {key: tuple(found) for key, found in beneath.items()}
