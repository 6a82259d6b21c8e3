"""One step back, at every stage; after the drop, from the archive."""

from __future__ import annotations

import time

from operations.breaking_off import breaking_off
from operations.errors import NotNowError, RefusedStepError
from operations.log import Entry as LogEntry
from operations.retirement import archive as archives
from operations.retirement.context import UNDO, Context, Table
from operations.retirement.states import State, before
from operations.retirement.steps import Done, message_for_readers
from operations.tables import finish


def undo(context: Context, table: Table) -> Done:
    """Take the last step back, with its row in the log, or nothing.

    Raises:
        RefusedStepError: nothing was done yet, or something stands in the way.
        PlaceError: after a drop, no place has the archive whole.
    """
    aim = before(table.state)
    if aim is None:
        raise NotNowError(f"{table.name} is declared and no more: there is nothing to undo.")
    began, message = time.monotonic(), _MESSAGES[table.state]

    def broke_off(why: str) -> None:
        context.log.write(LogEntry(
            UNDO, table.name, "failed", why, table.state, aim, time.monotonic() - began, at=context.now()
        ))  # fmt: skip

    with breaking_off(broke_off), context.warehouse.session() as session:
        there, catalog = session.relations(), session.catalog()
        if table.state is State.DROPPED:
            if table.name in there:
                raise RefusedStepError(f"Something else is called {table.name} now.", hint="Rename it, and undo again.")
            # filled outside of the transaction: it may be large, and nobody knows its name
            file = archives.bring_back(context, session, table.archive, table.aside)
        with context.log.writing(session) as write:
            if table.state is State.DROPPED:
                # under its own name for a moment, so that keys and indexes get theirs
                session.replace_table(table.name, table.aside)
                finish(session, file, table.name)
                catalog.set_aside(catalog.structure(table.name), table.aside, message_for_readers(context, table))
            elif table.state is State.DISABLED:
                file = archives.stored(context, table.archive)
                catalog.put_back(file.structure, table.aside)
            write(LogEntry(
                UNDO, table.name, "done", message, table.state, aim, time.monotonic() - began, at=context.now()
            ))  # fmt: skip
    return Done(table.name, table.state, aim, message, time.monotonic() - began, {})


_MESSAGES = {
    State.CLEAR: "it is declared and no more",
    State.ARCHIVED: "its archive stays where it is, and counts no more",
    State.DISABLED: "it is in its place again, with its indexes",
    State.WATCHED: "it is watched again",
    State.DROPPED: "it came back from its archive, and is set aside as it was before",
}
