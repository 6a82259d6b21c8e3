"""Figures, alerts and messages as rows of the tables that the monitoring keeps, and back. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from console import masked, redact
from monitoring.alerts import Alert
from monitoring.messages import Message
from monitoring.model import Figure, State
from monitoring.tables import ALERT_COLUMNS, REASON, key_of

ALERT_NAMES = [column.name for column in ALERT_COLUMNS]


def naive(moment: dt.datetime) -> dt.datetime:
    """UTC without zone, as tables hold it."""
    return moment.astimezone(dt.UTC).replace(tzinfo=None)


def utc(moment: Any) -> dt.datetime | None:
    """A moment of a table with its zone."""
    return None if moment is None else moment.replace(tzinfo=dt.UTC)


def moment_of(value: Any) -> dt.datetime:
    """A moment of a table that always has one."""
    return utc(value) or dt.datetime.fromtimestamp(0, dt.UTC)


def number_of(value: Any) -> float | None:
    """A number of a table; ``None`` where it has none."""
    return None if value is None else float(value)


def figure_rows(run_id: str, figures: Iterable[Figure], now: dt.datetime) -> list[dict[str, object]]:
    """Rows of ``pipeline_figures``."""
    return [
        {"run_id": run_id, "check_name": f.check, "subject_key": key_of(f.subject), "subject": f.subject[:400],
         "customer_name": f.customer[:100], "figure": f.value, "state": f.state.value, "bar": f.bar, "usual": f.usual,
         "reason": redact(f.reason)[:REASON], "judged_at": naive(now)}
        for f in figures
    ]  # fmt: skip


def alert_row(alert: Alert) -> dict[str, object]:
    """A row of ``pipeline_alerts``."""
    return {
        "alert_key": alert.key, "check_name": alert.check, "subject": alert.subject[:400],
        "customer_name": alert.customer[:100], "owner": alert.owner, "state": alert.state.value, "figure": alert.figure,
        "bar": alert.bar, "reason": redact(alert.reason)[:REASON], "since": naive(alert.since),
        "changed_at": naive(alert.changed_at), "run_id": alert.run_id,
        "told_state": alert.told_state.value if alert.told_state else None, "told_figure": alert.told_figure,
        "last_told": naive(alert.last_told) if alert.last_told else None, "told_whom": alert.told_whom[:1000],
    }  # fmt: skip


def alert_of(row: tuple[Any, ...]) -> Alert:
    """An alert from its row."""
    value = dict(zip(ALERT_NAMES, row, strict=True))
    return Alert(
        value["alert_key"], value["check_name"], value["subject"] or "", value["customer_name"] or "",
        value["owner"] or "", State(value["state"]), number_of(value["figure"]), number_of(value["bar"]),
        value["reason"] or "", moment_of(value["since"]), moment_of(value["changed_at"]), value["run_id"] or "",
        State(value["told_state"]) if value["told_state"] else None, number_of(value["told_figure"]),
        utc(value["last_told"]), value["told_whom"] or "",
    )  # fmt: skip


def message_row(channel: str, message: Message, now: dt.datetime) -> dict[str, object]:
    """A row of ``pipeline_outbox``."""
    return {
        "message_id": message.message_id, "channel": channel, "run_id": message.run_id, "queued_at": naive(now),
        "title": message.title[:400], "body": masked(message).to_json(), "state": "waiting", "attempts": 0,
        "answer": "", "is_test": 0,
    }  # fmt: skip
