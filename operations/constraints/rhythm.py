"""One step of a constraint at a time: check the data, add it for new rows, hold the old rows to it; and back."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from console import ConfigurationError, OrderListError, counted
from operations.constraints.declared import Constraint, load_constraints
from operations.errors import NotNowError, RefusedStepError
from operations.log import Entry, Log
from warehouse import ConstraintState, Session, Warehouse

ACTION, UNDO = "constrain", "constrain undo"
_SHOWN = 10


class Stage(StrEnum):
    """How far a constraint is, by what the database has: the log may be restored, the database tells."""

    DECLARED = "declared"
    ADDED = "added"
    VALIDATED = "validated"
    DATA_ONLY = "checked in the data"


_OF = {None: Stage.DECLARED, ConstraintState.UNTRUSTED: Stage.ADDED, ConstraintState.TRUSTED: Stage.VALIDATED}


@dataclass(frozen=True, slots=True)
class Standing:
    """A constraint, and how it stands.

    Args:
        broken: rows that break it now; ``None``: there is no such table yet.
        examples: up to ten of them.
        query: that finds them.
        next: what the next step does; ``None`` at the end.
        reason: why it is not lawful yet.
    """

    table: str
    name: str
    stage: Stage
    broken: int | None
    examples: tuple[str, ...]
    query: str
    next: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was done."""

    subject: str
    before: Stage
    after: Stage
    message: str
    seconds: float


def standings(warehouse: Warehouse) -> list[Standing]:
    """Every declared constraint; nothing is changed."""
    declared = load_constraints(warehouse.target.project_dir)
    with warehouse.session(read_only=True) as session:
        return [_standing(warehouse, session, one) for one in declared]


def apply_next(warehouse: Warehouse, name: str | None = None, *, stale: str | None) -> tuple[list[Done], list[str]]:
    """Do one step of each declared constraint, or of one (``table.name``, or its name alone).

    Args:
        stale: why nothing may be changed, if that is so.

    Raises:
        LockHeldError: a run is at work.
        ConfigurationError: no such constraint is declared.
    """
    done, refused, log = list[Done](), list[str](), Log(warehouse)
    with warehouse.lock():
        for one in _chosen(warehouse, name):
            began = time.monotonic()
            with warehouse.session() as session:
                standing = _standing(warehouse, session, one)
                try:
                    step = _lawful(standing, stale)
                    if step is None:
                        continue
                    with log.writing(session) as write:
                        after, seconds = _do(session, one, standing.stage), time.monotonic() - began
                        write(Entry(
                            ACTION, one.subject, "done", step, standing.stage, after, seconds, {"query": standing.query}
                        ))  # fmt: skip
                    done.append(Done(one.subject, standing.stage, after, step, seconds))
                except OrderListError as error:
                    refused.append(f"{one.subject}: {error.message} {error.hint or ''}".rstrip())
    return done, refused


def undo_last(warehouse: Warehouse, name: str) -> list[Done]:
    """Take the last step of a constraint back: it is no longer held to old rows, or dropped.

    Raises:
        LockHeldError, ConfigurationError: as above.
        RefusedStepError: there is nothing to undo.
    """
    log, began = Log(warehouse), time.monotonic()
    with warehouse.lock(), warehouse.session() as session:
        (one,) = _chosen(warehouse, name)
        standing = _standing(warehouse, session, one)
        catalog = session.catalog()
        if standing.stage not in {Stage.ADDED, Stage.VALIDATED}:
            raise NotNowError(f"{one.subject} is not in the database: there is nothing to undo.")
        back = Stage.ADDED if standing.stage is Stage.VALIDATED and not one.unique else Stage.DECLARED
        with log.writing(session) as write:
            catalog.drop_constraint(one.table, one.name, unique=one.unique is not None)
            if back is Stage.ADDED:
                catalog.add_constraint(one.table, one.name, check=one.kept(warehouse.quote), unique=None)
            write(Entry(UNDO, one.subject, "done", "taken back", standing.stage, back))
    return [Done(one.subject, standing.stage, back, "taken back", time.monotonic() - began)]


def _do(session: Session, one: Constraint, stage: Stage) -> Stage:
    catalog = session.catalog()
    if stage is Stage.ADDED:
        catalog.validate_constraint(one.table, one.name)
        return Stage.VALIDATED
    check = None if one.unique else one.kept(catalog.quote)
    catalog.add_constraint(one.table, one.name, check=check, unique=one.unique)
    return Stage.VALIDATED if one.unique else Stage.ADDED


def _lawful(standing: Standing, stale: str | None) -> str | None:
    if standing.reason:
        raise RefusedStepError(standing.reason, hint=f"Clean them up: {standing.query}" if standing.broken else None)
    if standing.next and stale:
        raise RefusedStepError(stale, hint="Run `maintenance backup` and `maintenance restore --check`.")
    return standing.next


def _chosen(warehouse: Warehouse, name: str | None) -> list[Constraint]:
    declared = load_constraints(warehouse.target.project_dir)
    if name is None:
        return declared
    chosen = [one for one in declared if name.lower() in {one.name.lower(), one.subject.lower()}]
    if not chosen:
        raise ConfigurationError(
            f"{name} is declared neither as a table in operations/retire.yml nor as a constraint in "
            "operations/constraints.yml.",
            hint="`maintenance plan` lists what is.",
        )
    return chosen


def _standing(warehouse: Warehouse, session: Session, one: Constraint) -> Standing:
    catalog = session.catalog()
    query = _query(warehouse, one)
    columns = {column.lower() for column in session.columns(one.table)}
    if not columns:
        return _unknown(one, query, f"there is no table {one.table} yet")
    if lacking := [column for column in one.columns if column.lower() not in columns]:
        return _unknown(one, query, f"{one.table} has no column {', '.join(lacking)}")
    broken = int(session.rows(f"select count(*) from ({query}) as b")[0][0])  # noqa: S608 - quoted
    examples = _examples(session, query) if broken else ()
    if not catalog.takes_constraints:
        reason = f"{counted(broken, 'row')} in breach" if broken else None
        return Standing(one.table, one.name, Stage.DATA_ONLY, broken, examples, query, None, reason)
    stage = _OF[catalog.constraint(one.table, one.name)]
    steps = {Stage.DECLARED: "add it for new rows" if not one.unique else "add it", Stage.ADDED: "hold old rows to it"}
    reason = f"{counted(broken, 'row')} in breach" if broken and stage is not Stage.VALIDATED else None
    return Standing(one.table, one.name, stage, broken, examples, query, steps.get(stage), reason)


def _unknown(one: Constraint, query: str, reason: str) -> Standing:
    return Standing(one.table, one.name, Stage.DECLARED, None, (), query, None, reason)


def _query(warehouse: Warehouse, one: Constraint) -> str:
    quote, relation = warehouse.quote, warehouse.relation(one.table)
    if one.unique is None:
        return f"select * from {relation} where {one.broken(quote)}"  # noqa: S608 - quoted
    names = ", ".join(map(quote, one.unique))
    there = " and ".join(f"{quote(name)} is not null" for name in one.unique)
    return (
        f"select {names}, count(*) as {quote('rows_with_it')} from {relation} "  # noqa: S608 - quoted
        f"where {there} group by {names} having count(*) > 1"
    )


def _examples(session: Session, query: str) -> tuple[str, ...]:
    rows: list[dict[str, Any]] = []
    for batch in session.batches(query, size=_SHOWN):
        rows += batch.to_pylist()
        break
    return tuple(", ".join(f"{k}={v}" for k, v in row.items() if v is not None)[:300] for row in rows[:_SHOWN])
