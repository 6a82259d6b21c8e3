"""The next lawful step of every declared table, and doing it."""

from __future__ import annotations

from dataclasses import dataclass

from console import ConfigurationError, OrderListError
from operations.errors import ConfirmationNeededError, RefusedStepError
from operations.retirement.context import Context, Table, table_of
from operations.retirement.entries import load_entries
from operations.retirement.record import write_record
from operations.retirement.states import ASIDE, STEPS, State, after
from operations.retirement.steps import Done, apply, overdue
from operations.retirement.undo import undo
from operations.retirement.watch import watched

#: Steps that change what others see.
_CHANGING = (State.DISABLED, State.DROPPED)


@dataclass(frozen=True, slots=True)
class Planned:
    """A table and what may become of it next.

    Args:
        step: what the next step does; ``None`` at the end.
        reason: why no step is lawful yet; ``None`` when one is, as far as it is known without doing it.
        last: what was last tried or done, with its moment.
    """

    table: str
    owner: str
    why: str
    state: State
    step: str | None
    reason: str | None
    last: str


def tables(context: Context) -> list[Table]:
    """The declared tables, with how far each is."""
    return [table_of(context, name, entry) for name, entry in load_entries(context.project_dir).items()]


def is_table(context: Context, name: str) -> bool:
    """Whether a table of that name is declared."""
    return any(table.lower() == name.lower() for table in load_entries(context.project_dir))


def plan(context: Context) -> list[Planned]:
    """Where every declared table stands. Nothing is changed."""
    stale = overdue(context)
    return [_planned(context, table, stale) for table in tables(context)]


def apply_next(context: Context, name: str | None = None, *, yes: int | None = None) -> tuple[list[Done], list[str]]:
    """Do one step of each declared table, or of one; what was done, and why the others were not.

    Raises:
        LockHeldError: a run is at work.
        ConfigurationError: no such table is declared.
        ConfirmationNeededError: the one table that was asked for would be dropped without its number.
    """
    done, refused = list[Done](), list[str]()
    with context.warehouse.lock():
        for table in _chosen(context, name):
            aim = after(table.state)
            if aim is None:
                continue
            try:
                if aim in _CHANGING and (stale := overdue(context)):
                    raise RefusedStepError(
                        f"{table.name} stays as it is: {stale}.",
                        hint="Run `maintenance backup` and `maintenance restore --check`.",
                    )
                done.append(apply(context, table, yes=yes))
            except ConfirmationNeededError as error:
                if name is not None:
                    raise
                refused.append(f"{error.message} {error.hint}")
            except OrderListError as error:
                refused.append(f"{error.message} {error.hint or ''}".rstrip())
        if done:
            write_record(context.project_dir, context.warehouse.target.name, tables(context))
    return done, refused


def undo_last(context: Context, name: str, *, to: State | None = None) -> list[Done]:
    """Take the last step of a table back, or all steps after a state.

    Raises:
        LockHeldError: a run is at work.
        ConfigurationError: no such table is declared, or it never was at that state.
        RefusedStepError, PlaceError: a step could not be taken back; those before it were.
    """
    done = list[Done]()
    with context.warehouse.lock():
        (table,) = _chosen(context, name)
        states = list(State)
        if to is not None and states.index(to) >= states.index(table.state):
            raise ConfigurationError(f"{table.name} is {table.state}, not after {to}.", hint="Name an earlier state.")
        try:
            while not done or (to is not None and table.state is not to):
                done.append(undo(context, table))
                (table,) = _chosen(context, name)
        finally:
            if done:
                write_record(context.project_dir, context.warehouse.target.name, tables(context))
    return done


def _chosen(context: Context, name: str | None) -> list[Table]:
    found = tables(context)
    if name is None:
        return found
    chosen = [table for table in found if table.name.lower() == name.lower()]
    if not chosen:
        declared = ", ".join(table.name for table in found) or "none"
        raise ConfigurationError(
            f"{name} is not declared in operations/retire.yml.", hint=f"Declared there: {declared}."
        )
    return chosen


def _planned(context: Context, table: Table, stale: str | None) -> Planned:
    aim = after(table.state)
    reason = None
    if aim in _CHANGING and stale:
        reason = stale
    elif aim is State.DROPPED and not table.entry.approved_by:
        reason = "nobody approved it: approved_by is missing in operations/retire.yml"
    elif table.state in ASIDE and aim is State.WATCHED:
        reason = watched(context, table).lacking
    latest = table.history[0] if table.history else None
    if reason is None and latest is not None and latest.outcome == "refused" and latest.after == aim:
        reason = f"refused when it was last tried: {latest.message}"
    last = f"{latest.at:%Y-%m-%d %H:%M}: {latest.message}" if latest and latest.at else "declared"
    return Planned(
        table.name, table.entry.owner, table.entry.why, table.state, STEPS[aim] if aim else None, reason, last
    )
