"""What a take-over would do: looked at, and nothing changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from operations.cutover.context import Context
from operations.cutover.take_over.columns import recognise
from operations.cutover.take_over.foreign import DONE, Progress, is_log, pending, progress
from operations.cutover.take_over.read import BESIDE
from operations.names import BEFORE
from warehouse import Session, StatementFailedError

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Foreign:
    """A relation of others under one of our names, or beside them with board ids.

    Args:
        kind: ``table`` or ``view``.
        rows: ``None``: a view that cannot be read.
        aside: what it will be called; ``None``: it keeps its name, only its ids are read.
        columns: what its columns are to us, by their own name.
        lacking: why no ids can be read from it.
        uses: what in the database names it: after the take-over that reads what is ours.
        rights: who was given which right on it: a build does not give them on what is ours.
        obstacle: what keeps it from being renamed.
    """

    name: str
    kind: str
    rows: int | None
    aside: str | None
    columns: Mapping[str, str]
    lacking: str | None
    uses: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    not_looked_at: tuple[str, ...] = ()
    obstacle: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How things stand before a take-over.

    Args:
        step: how far an earlier one came; ``None``: there was none, or it was undone.
    """

    target: str
    step: str | None
    relations: tuple[Foreign, ...]

    @property
    def asides(self) -> tuple[Foreign, ...]:
        """Those that will be renamed."""
        return tuple(one for one in self.relations if one.aside is not None)

    @property
    def nothing_to_do(self) -> bool:
        """Whether every relation under our names is ours, and no take-over is under way."""
        return not self.asides and self.step in {None, DONE}

    @property
    def obstacles(self) -> tuple[str, ...]:
        """What stands in the way, as sentences."""
        return tuple(one.obstacle for one in self.relations if one.obstacle)


def plan(context: Context) -> Plan:
    """What stands under our names and is not ours, and what would become of it. Nothing is changed."""
    names = pending(context)
    # a log of somebody else's tells nothing
    at = Progress() if any(is_log(name) for name in names) else progress(context)
    if not context.warehouse.exists():
        return Plan(context.warehouse.target.name, at.step, ())
    with context.warehouse.session(read_only=True) as session:
        there = session.relations()
        found = [_look(context, session, name, name + BEFORE) for name in names]
        beside = [name for name in there if name.lower() in {one.lower() for one in BESIDE} and name not in names]
        found += [_look(context, session, name, None) for name in beside]
    return Plan(context.warehouse.target.name, at.step, tuple(found))


def _look(context: Context, session: Session, name: str, aside: str | None) -> Foreign:
    catalog = session.catalog()
    is_view = session.shapes([name])[name.lower()] is None
    of = recognise(session.columns(name))
    used = catalog.uses(name)
    ours = {other.lower() for other, mark in session.marks().items() if mark}  # of an earlier take-over
    uses = [f"{use.kind} {use.name}" for use in used.found if use.name.lower().rpartition(".")[2] not in ours]
    more = [f"and {len(uses) - _SHOWN} more"] if len(uses) > _SHOWN else []
    rights = () if is_view else catalog.structure(name).details.get("rights", ())
    return Foreign(
        name=name,
        kind="view" if is_view else "table",
        rows=_rows(context, session, name),
        aside=aside,
        columns={own: role for role, own in of.columns.items()},
        lacking="a view has no ids of its own: they are in the tables that it reads" if is_view else of.lacking,
        uses=tuple(dict.fromkeys([*uses[:_SHOWN], *more])),
        rights=tuple(f"{permission} to {grantee}" for _, permission, grantee, *_ in rights),
        not_looked_at=used.not_looked_at,
        obstacle=_obstacle(session, name, aside),
    )


def _rows(context: Context, session: Session, name: str) -> int | None:
    try:
        return int(session.rows(f"select count(*) from {context.warehouse.relation(name)}")[0][0])  # noqa: S608 - quoted
    except StatementFailedError:
        return None


def _obstacle(session: Session, name: str, aside: str | None) -> str | None:
    if aside is None:
        return None
    if is_log(name):
        return f"{name} is the name under which the cutover keeps its log: rename that table by hand first."
    if aside in session.relations():
        return f"{aside}, which {name} would be called, is there already: rename that first."
    return None
