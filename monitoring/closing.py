"""Closes the messages of a channel that was taken out of monitoring.yml: nobody would ever take them.

What they told and is still open counts as told to nobody, and goes to the channels that are declared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

from console import counted
from monitoring import book
from monitoring.alerts import Alert
from monitoring.channels import channels_of, is_gone
from monitoring.messages import moment
from monitoring.settings import Settings
from warehouse import Warehouse

#: Between an alert that was noted as told and the message about it that was queued lies no more.
_TOGETHER = dt.timedelta(minutes=1)
#: So many messages are named.
_NAMED = 5


def close_gone(
    warehouse: Warehouse, settings: Settings, kept: book.Book, now: Callable[[], dt.datetime]
) -> tuple[str, ...]:  # fmt: skip
    """Close what waits for channels that are not declared any more; a line for each such channel, this once.

    Raises:
        ForeignRelationError: a table of somebody else's has the name of one of ours.
    """
    with warehouse.session(read_only=True) as session:
        book.require_tables(session)
        queued = book.read_outbox(session, warehouse, session.relations())
    gone = [one for one in queued if is_gone(one.channel, settings)]
    # whoever has claimed a message says what became of it: not two processes at once
    closed = [one for one in gone if kept.claim(one.message_id, now())]
    if not closed:
        return ()
    kept.close(closed, now(), lambda alert: _untold(alert, closed, settings))
    names = dict.fromkeys(one.channel for one in closed)
    return tuple(_line(name, [one for one in closed if one.channel == name], settings) for name in names)


def _untold(alert: Alert, closed: Sequence[book.Queued], settings: Settings) -> Alert:
    """The alert, told to nobody if what was closed told it, and no channel that is still there did."""
    whom = alert.told_whom.partition(": ")[2].split(", ")
    told = alert.last_told
    if not alert.is_open or told is None or any(not is_gone(name, settings) for name in whom):
        return alert
    if not any(one.channel in whom and abs(one.queued_at - told) <= _TOGETHER for one in closed):
        return alert
    return replace(alert, told_state=None, told_figure=None, last_told=None, told_whom="")


def _line(name: str, closed: Sequence[book.Queued], settings: Settings) -> str:
    titles = [f"{one.title} ({moment(one.queued_at)})" for one in closed[:_NAMED]]
    if more := len(closed) - len(titles):
        titles.append(f"and {more:,} more")
    then = "by the other channels" if channels_of(settings) else "as soon as there is a channel"
    return (
        f"{name} is not in monitoring.yml any more: {counted(len(closed), 'message')} that it had not taken "
        f"{'is' if len(closed) == 1 else 'are'} closed: {'; '.join(titles)}. What is still open is told {then}."
    )
