"""A step, done in a scratch copy first: what would have happened, and how long it takes."""

from __future__ import annotations

import time
from dataclasses import dataclass

from console import ConfigurationError, workplace
from operations.retirement.context import Context, Table, tables
from operations.retirement.states import ASIDE, STEPS, State, after
from operations.retirement.steps import uses
from operations.tables import dump, finish, load
from warehouse import StatementFailedError


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a step did to the copy.

    Args:
        seconds: what each part took.
        found: what was seen, as sentences.
    """

    table: str
    step: str
    rows: int
    seconds: dict[str, float]
    found: tuple[str, ...]


def rehearse(context: Context, name: str | None = None) -> list[Rehearsed]:
    """Do the next step of each declared table, or of one, in a scratch copy; nothing of the target is changed.

    Raises:
        ConfigurationError: no such table is declared.
    """
    chosen = [one for one in tables(context) if one.declared and (name is None or one.name.lower() == name.lower())]
    if name is not None and not chosen:
        raise ConfigurationError(
            f"{name} is no table that operations/retire.yml declares.", hint="Only its tables can be rehearsed."
        )
    return [_one(context, table, aim) for table in chosen if (aim := after(table.state)) is not None]


def _one(context: Context, table: Table, aim: State) -> Rehearsed:
    found, seconds = list[str](), dict[str, float]()
    clock = time.monotonic()

    def lap(part: str) -> None:
        nonlocal clock
        seconds[part] = round(time.monotonic() - clock, 3)
        clock = time.monotonic()

    used = uses(context, table)
    found += [f"used by {use.kind} {use.name}" for use in used.found]
    lap("look for uses")
    with workplace("rehearsal") as folder:
        with context.warehouse.session(read_only=True) as session, session.transaction():
            file = dump(session, table.aside if table.state in ASIDE else table.name, folder, context.form)
        lap("copy")
        with context.warehouse.scratch() as other, other.session() as session:
            load(session, file, folder / file.file, table.name)
            lap("restore and compare")
            finish(session, file, table.name, alone=True)
            catalog = session.catalog()
            structure = catalog.structure(table.name)
            with session.transaction():
                catalog.set_aside(structure, table.aside, f"{table.name} was retired.")
            lap("set aside")
            try:
                session.rows(f"select count(*) from {other.relation(table.name)}")  # noqa: S608 - quoted
                found.append("its readers would not notice: report this defect")
            except StatementFailedError as error:
                found.append(f"readers would get: {error.message}")
            with session.transaction():
                catalog.put_back(structure, table.aside)
            lap("put back")
            with session.transaction():
                catalog.set_aside(structure, table.aside, f"{table.name} was retired.")
                catalog.drop_aside(structure, table.aside)
            lap("drop")
            left = [name for name in (table.name, table.aside) if name in session.relations()]
            found.append(f"still there after the drop: {', '.join(left)}" if left else "gone after the drop")
    return Rehearsed(table.name, STEPS[aim], file.measure.rows, seconds, tuple(found))
