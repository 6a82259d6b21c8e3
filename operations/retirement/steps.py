"""The steps of a retirement, each with what has to hold before it. A step that is not lawful yet says why."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console import argument, counted
from operations.breaking_off import breaking_off
from operations.errors import ConfirmationNeededError, RefusedStepError
from operations.kept import is_kept
from operations.log import Entry as LogEntry
from operations.retirement import archive as archives
from operations.retirement.code import uses_in_code
from operations.retirement.context import ACTION, DECLARED, Context, Table
from operations.retirement.states import ASIDE, State, after
from operations.retirement.watch import watched
from operations.tables import TableFile, measured
from warehouse import Session, Uses

_SHOWN = 10
Evidence = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was done."""

    table: str
    before: State
    after: State
    message: str
    seconds: float
    evidence: Evidence


def apply(context: Context, table: Table, *, yes: int | None = None) -> Done:
    """Do the next step, with its row in the log, or nothing.

    Args:
        yes: the number of rows that the drop takes away, as the refusal said it.

    Raises:
        RefusedStepError: the step is not lawful yet, or there is none; the log has the reason.
        ConfirmationNeededError: a drop without its number.
    """
    aim = after(table.state)
    if aim is None:
        raise RefusedStepError(
            f"{table.name} is dropped: there is no further step.", hint="`maintenance undo` goes back."
        )
    began = time.monotonic()

    def ended(outcome: str, why: str) -> None:
        context.log.write(LogEntry(
            ACTION, table.name, outcome, why, table.state, aim, time.monotonic() - began, at=context.now()
        ))  # fmt: skip

    try:
        with breaking_off(lambda why: ended("failed", why), but=RefusedStepError):
            message, evidence = _prepared(context, table, aim, yes)
            with context.warehouse.session() as session, context.log.writing(session) as write:
                _CHANGES.get(aim, _nothing)(context, table, session)
                seconds = time.monotonic() - began
                write(LogEntry(
                    ACTION, table.name, "done", message, table.state, aim, seconds, evidence=evidence, at=context.now()
                ))  # fmt: skip
    except RefusedStepError as error:
        ended("refused", error.message)
        raise
    return Done(table.name, table.state, aim, message, seconds, evidence)


def _prepared(context: Context, table: Table, aim: State, yes: int | None) -> tuple[str, Evidence]:
    """All of a step that changes nothing: why it is lawful, and what is written down of it."""
    _require_lawful(table)
    _require_table(context, table)
    message, evidence = _PREPARED[aim](context, table)
    if aim is State.DROPPED and yes != evidence["rows"]:
        raise ConfirmationNeededError(
            f"{table.name} has {evidence['rows']:,} rows, which are in the archive {evidence['archive']}.",
            hint=f"Run the command again with --yes {evidence['rows']} to drop it.",
        )
    said = table.entry.model_dump(include={"owner", "why", "approved_by"})
    return message, {**evidence, DECLARED: said}


def uses(context: Context, table: Table) -> Uses:
    """Who uses the table: in the database, and in code."""
    with context.warehouse.session(read_only=True) as session:
        found = session.catalog().uses(table.name)
    # the message that stands in its place is ours
    own = Uses(tuple(use for use in found.found if use.name.lower().rpartition(".")[2] != table.name.lower()))
    looked = Uses(own.found, found.not_looked_at)
    return looked + uses_in_code(
        table.name, context.project_dir, _folders(context, table),
        ignore=table.entry.ignore, archives=[shelf.label for shelf in context.shelves],
    )  # fmt: skip


def _folders(context: Context, table: Table) -> list[Path]:
    """The folders of other projects that are named now; before a drop those as well in which it was found clear."""
    before: Any = () if table.state is State.DECLARED else table.evidence(State.CLEAR).get("code", ())
    if gone := [folder for folder in before if not Path(folder).exists()]:
        raise RefusedStepError(
            f"{table.name} was found clear in {', '.join(gone)}, too, and that is not there to look at again.",
            hint=f"Bring it back; or `maintenance undo {argument(table.name)} --to declared`, and begin anew.",
        )
    return [Path(folder) for folder in dict.fromkeys([*(str(p.absolute()) for p in context.code), *before])]


def _require_lawful(table: Table) -> None:
    if not table.declared:
        raise RefusedStepError(
            f"{table.name} is {table.state}, and operations/retire.yml names it no more.",
            hint=f"Declare it again to go on, or `maintenance undo {argument(table.name)} --to declared`.",
        )
    if is_kept(table.name):
        raise RefusedStepError(
            f"{table.name} is a table of this project's own, whose rows nothing makes again: it is never retired.",
            hint="Take it out of operations/retire.yml.",
        )


def _require_table(context: Context, table: Table) -> None:
    with context.warehouse.session(read_only=True) as session:
        there = session.relations()
    wanted = table.aside if table.state in ASIDE else table.name
    if wanted not in there:
        raise RefusedStepError(
            f"There is no table {wanted} in the target '{context.warehouse.target.name}'.",
            hint="Correct operations/retire.yml: it names tables as the database does.",
        )


def _look(context: Context, table: Table) -> tuple[str, Evidence]:
    found = uses(context, table)
    evidence = {
        "uses": [f"{use.kind} {use.name}: {use.detail}" for use in found.found[:_SHOWN]],
        "not_looked_at": list(found.not_looked_at),
        "code": [str(folder) for folder in _folders(context, table)],
    }
    if found.found:
        shown = "; ".join(f"{use.kind} {use.name}" for use in found.found[:_SHOWN])
        more = f" and {len(found.found) - _SHOWN} more" if len(found.found) > _SHOWN else ""
        raise RefusedStepError(
            f"{table.name} is in use: {shown}{more}.",
            hint="Change them, or say in operations/retire.yml under `ignore` which files do not count.",
        )
    unseen = f"; not looked at: {'; '.join(t.rstrip('.') for t in found.not_looked_at)}" if found.not_looked_at else ""
    return f"nothing was found that uses it{unseen}", evidence


def _archive(context: Context, table: Table) -> tuple[str, Evidence]:
    evidence = archives.archive(context, table)
    return f"{evidence['rows']:,} rows archived as {evidence['archive']}, and restored on trial", evidence


def _same_as_archived(context: Context, table: Table) -> tuple[str, Evidence]:
    name = table.archive
    file, differences = _compared(context, name, table.name)
    if differences:
        raise RefusedStepError(
            f"{table.name} changed since it was archived: {differences}.",
            hint=f"Somebody writes to it. Find out who; `maintenance undo {argument(table.name)}` and archive it anew.",
        )
    message = message_for_readers(context, table)
    return "readers now get a message", {"archive": name, "message": message, "rows": file.measure.rows}


def _compared(context: Context, archive: str, table: str) -> tuple[TableFile, str]:
    """What an archive holds, and in what the table differs from it now, in words; empty if in nothing."""
    file = archives.stored(context, archive)
    with context.warehouse.session(read_only=True) as session:
        differences = file.measure.differences(measured(session, table))
    return file, "; ".join(differences[:3])


def message_for_readers(context: Context, table: Table) -> str:
    """What whoever reads the table gets once it is set aside."""
    return (
        f"{table.name} was retired on {context.now():%Y-%m-%d}: {table.entry.why}. Ask {table.entry.owner}. "
        f"Its rows are kept."
    )


def _watch(context: Context, table: Table) -> tuple[str, Evidence]:
    seen = watched(context, table)
    if seen.lacking:
        raise RefusedStepError(f"{table.name} is being watched: {seen.lacking}.", hint="Apply again later.")
    return f"{counted(seen.runs, 'run')} went through without it since {seen.since:%Y-%m-%d %H:%M} UTC", {
        "since": f"{seen.since:%Y-%m-%dT%H:%M:%SZ}", "runs": seen.runs,
    }  # fmt: skip


def _may_drop(context: Context, table: Table) -> tuple[str, Evidence]:
    if not table.entry.approved_by:
        raise RefusedStepError(
            f"Nobody approved that {table.name} is dropped.", hint="Write approved_by in operations/retire.yml."
        )
    name = table.archive
    if faults := archives.read_again(context.shelves, name):
        raise RefusedStepError(
            f"The archive {name} is not whole at every place: {'; '.join(faults)}.",
            hint="Copy it there from a place that has it whole.",
        )
    _look(context, table)
    file, differences = _compared(context, name, table.aside)
    if differences:
        raise RefusedStepError(
            f"{table.aside} is not what was archived: {differences}.",
            hint=f"Somebody wrote to it. `maintenance undo {argument(table.name)}` goes back.",
        )
    return f"dropped; approved by {table.entry.approved_by}", {
        "archive": name, "rows": file.measure.rows, "approved_by": table.entry.approved_by,
        "places": [shelf.label for shelf in context.shelves],
    }  # fmt: skip


def _disable(context: Context, table: Table, session: Session) -> None:
    catalog = session.catalog()
    catalog.set_aside(catalog.structure(table.name), table.aside, message_for_readers(context, table))


def _drop(context: Context, table: Table, session: Session) -> None:
    catalog = session.catalog()
    file = archives.stored(context, table.archive)
    catalog.drop_aside(file.structure, table.aside)
    left = [name for name in (table.name, table.aside) if name in session.relations()]
    if left:
        raise RefusedStepError(f"{', '.join(left)} is still there after the drop.", hint="Report this defect.")


def _nothing(_context: Context, _table: Table, _session: Session) -> None:
    """A step that only looks, or writes elsewhere."""


_PREPARED: Mapping[State, Callable[[Context, Table], tuple[str, Evidence]]] = {
    State.CLEAR: _look,
    State.ARCHIVED: _archive,
    State.DISABLED: _same_as_archived,
    State.WATCHED: _watch,
    State.DROPPED: _may_drop,
}
_CHANGES: Mapping[State, Callable[[Context, Table, Session], None]] = {State.DISABLED: _disable, State.DROPPED: _drop}


def overdue(context: Context) -> str | None:
    """Why nothing may be changed: the last backup that was restored on trial is too old; ``None`` if it is not."""
    age, limit = context.backup_age(), dt.timedelta(days=context.policy.verified_within_days)
    if age is None:
        return "no backup was ever restored on trial"
    return None if age <= limit else f"the last backup that was restored on trial is {age.days} days old"
