"""Sections on the database: rights, the lock, whose relations these are, the cutover's statements, sync columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

import loader
import monday_sync
from console import ConfigurationError, LockHeldError
from operations.cutover.preflight.model import Check, Section
from operations.cutover.preflight.scene import Scene
from pipeline import NotOursError, database_findings
from warehouse import ChangedTableError, ForeignRelationError, Session, StatementFailedError

_ORDERS, _LINES, _RECORDS = "FACT_ORDER_LIST", "ORDER_LIST_LINES", "swp_ORDER_LIST_SYNC"
_ITEMS, _SUBITEMS = "monday_sync_items", "monday_sync_subitems"
#: The columns by which people and programs follow the sync, by relation.
_SYNC = {
    _ORDERS: ("sync_state", "action_type", "monday_item_id"),
    _LINES: ("sync_state", "action_type", "monday_subitem_id"),
}
_LINKS = ((_ORDERS, _ITEMS, "order_key", "monday_item_id"), (_LINES, _SUBITEMS, "line_key", "monday_subitem_id"))


def statement(name: str) -> str:
    """A statement that people run at a cutover, as it stands in its file."""
    text = files(__package__ or "").joinpath("statements", f"{name}.sql").read_text(encoding="utf-8")
    return text.strip().removesuffix(";")


def database(scene: Scene, section: Section) -> Iterator[Check]:
    """What the doctor finds: connection, version, rights, room; and that nobody holds the lock."""
    for finding in database_findings(scene.target):
        if finding.bad:
            yield section.failed(finding.check, finding.found, finding.hint or scene.command("pipeline doctor"))
        else:
            yield section.passed(finding.check, finding.found, finding.hint or "")
    try:
        with scene.warehouse.lock():
            yield section.passed("no run holds the lock")
    except LockHeldError as error:
        yield section.failed("no run holds the lock", error.message, error.hint or "Wait for it to end.")


def relations(scene: Scene, section: Section) -> Iterator[Check]:
    """Whether a build, a landing or a push would meet tables of somebody else's."""
    name = "no relation of somebody else's has one of our names"
    if not scene.warehouse.exists():
        yield section.unknown(name, "there is no database yet")
        return
    mend = f"{scene.command('cutover take-over')} archives them, reads their ids, and renames them aside."
    try:
        foreign = scene.foreign
    except NotOursError as error:
        yield section.failed(name, error.message, error.hint or mend)
    else:
        yield section.judged(name, holds=not foreign, found=", ".join(foreign), mend=mend)
    for program, check in {"loader": loader.require_tables, "monday_sync": monday_sync.require_tables}.items():
        kept = f"this version can write the tables of {program}"
        try:
            with scene.warehouse.looking() as session:
                check(session)
        except (ForeignRelationError, ChangedTableError) as error:
            yield section.failed(kept, error.message, error.hint or "See docs/running.md.")
        else:
            yield section.passed(kept)


def statements(scene: Scene, section: Section) -> Iterator[Check]:
    """Both statements that people run, as they stand, with what they count."""
    with _looking(scene, (_RECORDS, *_SYNC)) as session:
        yield _counts(scene, section, session)
        names = {str(row[0]).lower() for row in session.rows(statement("sync_columns"))}
        lacking = [name for columns in _SYNC.values() for name in columns if name not in names]
        yield section.judged(
            "INFORMATION_SCHEMA shows the sync columns", holds=not lacking,
            found=f"{', '.join(sorted(names)) or 'none'}" + (f"; not {', '.join(lacking)}" if lacking else ""),
            mend=scene.build,
        )  # fmt: skip


def _counts(scene: Scene, section: Section, session: Session) -> Check:
    name, mend = f"{_RECORDS} counts its records", f"ALTER USER [the user] WITH DEFAULT_SCHEMA = {scene.target.schema}"
    try:
        counted = session.rows(statement("records"))[0]
    except StatementFailedError as error:  # the relation is there, but not where a name without schema is looked for
        return section.failed(name, f"without a schema, the statement cannot be run: {error.message}", mend)
    total, new, updates, cancelled = (int(value or 0) for value in counted)
    ours = int(session.rows(f"select count(*) from {scene.warehouse.relation(_RECORDS)}")[0][0])  # noqa: S608 - quoted
    found = f"{total:,} records, {new:,} new, {updates:,} to update, {cancelled:,} cancelled"
    if total != ours:
        schema = scene.target.schema
        return section.failed(
            name, f"{found}; but {schema}.{_RECORDS} has {ours:,}: without a schema, the statement reads another one",
            mend,
        )  # fmt: skip
    return section.judged(name, holds=total > 0, found=found, mend=scene.build)


def sync_columns(scene: Scene, section: Section) -> Iterator[Check]:
    """Whether the columns are there, and live: a view over the ledger shows what was just confirmed."""
    with _looking(scene, (*_SYNC, _ITEMS, _SUBITEMS)) as session:
        for relation, wanted in _SYNC.items():
            there = {column.lower() for column in session.columns(relation)}
            lacking = [column for column in wanted if column not in there]
            yield section.judged(
                f"{relation} has its sync columns", holds=not lacking,
                found=f"it lacks {', '.join(lacking)}" if lacking else ", ".join(wanted), mend=scene.build,
            )  # fmt: skip
            if lacking:
                return
        kinds = {fact.name.lower(): fact.kind for fact in session.inventory().relations()}
        for relation, ledger, key, column in _LINKS:
            yield _live(scene, section, session, kinds.get(relation.lower()), (relation, ledger, key, column))


def _live(scene: Scene, section: Section, session: Session, kind: str | None, link: tuple[str, str, str, str]) -> Check:
    relation, ledger, key, column = link
    name = f"{relation} shows the ledger as it is now"
    if kind != "view":
        return section.failed(name, f"it is a {kind or 'relation of an unknown kind'}, not a view", scene.build)
    of, quote = scene.warehouse.relation, scene.warehouse.quote
    rows, links, other = session.rows(
        f"select count(*), count(l.{quote(column)}), "  # noqa: S608 - quoted names
        f"sum(case when coalesce(v.{quote(column)}, '') <> coalesce(l.{quote(column)}, '') then 1 else 0 end) "
        f"from {of(relation)} v left join {of(ledger)} l on l.{quote(key)} = v.{quote(key)}"
    )[0]
    if not rows:
        return section.failed(name, "it is empty", scene.build)
    found = f"a view; {int(rows):,} rows, {int(links):,} of them linked to the board"
    wrong = int(other or 0)
    return section.judged(
        name, holds=not wrong, found=f"{found}; {wrong:,} show another id" if wrong else found, mend=scene.build
    )


@contextmanager
def _looking(scene: Scene, wanted: tuple[str, ...]) -> Iterator[Session]:
    """A session in which nothing can be changed, once these relations are there."""
    if not scene.warehouse.exists():
        raise ConfigurationError("There is no database yet.", hint=scene.build)
    with scene.warehouse.looking() as session:
        if lacking := session.relations().lacking(wanted):
            raise ConfigurationError(f"The database has no {', '.join(lacking)}.", hint=scene.build)
        yield session
