"""The next lawful step of every declared table, and doing it."""

from __future__ import annotations

from dataclasses import dataclass

from console import ConfigurationError, OrderListError, refused, say
from operations.errors import BrokenOffError, ConfirmationNeededError, RefusedStepError
from operations.retirement.context import Context, Table, tables
from operations.retirement.record import FOLDER, write_record
from operations.retirement.states import ASIDE, STEPS, State, after
from operations.retirement.steps import Done, apply, overdue
from operations.retirement.undo import undo
from operations.retirement.watch import watched
from warehouse import Relations

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


def is_table(context: Context, name: str) -> bool:
    """Whether a table of that name is declared, or on its way by the log."""
    return any(table.name.lower() == name.lower() for table in tables(context))


def plan(context: Context) -> list[Planned]:
    """Where every table stands that is declared, or on its way. Nothing is changed."""
    stale = overdue(context)
    there = Relations(())
    if context.warehouse.exists():
        with context.warehouse.session(read_only=True) as session:
            there = session.relations()
    return [
        _planned(context, table, stale, there)
        for table in tables(context)
        if table.declared or table.state is not State.DROPPED
    ]


def apply_next(context: Context, name: str | None = None, *, yes: int | None = None) -> tuple[list[Done], list[str]]:
    """Do one step of each declared table, or of one; what was done, and why the others were not.

    Raises:
        LockHeldError: a run is at work.
        ConfigurationError: there is no such table among them.
        ConfirmationNeededError: the one table that was asked for would be dropped without its number.
        OrderListError: what broke off the step of the one table that was asked for.
        BrokenOffError: nothing was done, for more than reasons of the tables.
    """
    done, refused, faults = list[Done](), list[str](), list[OrderListError]()
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
            except OrderListError as error:
                reason = isinstance(error, RefusedStepError | ConfigurationError)  # no fault of the machine
                if name is not None and (not reason or isinstance(error, ConfirmationNeededError)):
                    raise
                refused.append(f"{error.message} {error.hint or ''}".rstrip())
                faults += [] if reason else [error]
        if done:
            _record(context)
    if faults and not done:  # to say "refused" of them would be to say that they may not
        raise BrokenOffError(" ".join(refused), hint="What was not done is begun anew by the same command.")
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
            done.append(undo(context, table))
            while to is not None and done[-1].after is not to:
                (table,) = _chosen(context, name)
                done.append(undo(context, table))
        finally:
            if done:
                _record(context)
    return done


def _record(context: Context) -> None:
    """Write the file for people; without it the log has all of it, and the next step writes it anew."""
    try:
        write_record(context.project_dir, context.warehouse.target.name, tables(context))
    except OSError as error:
        told = refused(error, f"The file in {FOLDER.as_posix()} cannot be written")
        say(f"warning: {told.message} {told.hint or ''} The step is done; the next one writes the file anew.")


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


def _planned(context: Context, table: Table, stale: str | None, there: Relations) -> Planned:
    aim = after(table.state)
    reason = None
    wanted = table.aside if table.state in ASIDE else table.name
    if not table.declared:
        reason = "operations/retire.yml names it no more: declare it again, or undo"
    elif aim is not None and wanted not in there:
        reason = f"there is no table {wanted}"
    elif aim in _CHANGING and stale:
        reason = stale
    elif aim is State.DROPPED and not table.entry.approved_by:
        reason = "nobody approved it: approved_by is missing in operations/retire.yml"
    elif table.state in ASIDE and aim is State.WATCHED:
        reason = watched(context, table).lacking
    latest = table.history[0] if table.history else None
    if reason is None and latest is not None and latest.outcome == "refused" and latest.after == aim:
        reason = f"refused when it was last tried: {latest.message}"
    last = f"{latest.at:%Y-%m-%d %H:%M} UTC: {latest.message}" if latest and latest.at else "declared"
    return Planned(
        table.name, table.entry.owner, table.entry.why, table.state, STEPS[aim] if aim else None, reason, last
    )
