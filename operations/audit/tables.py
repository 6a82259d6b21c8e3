"""Section tables: what stands in the schema, whose it is, and what of it nobody needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from operations.audit.columns import look_at_columns
from operations.audit.integrity import look
from operations.audit.makers import FOREIGN, HALF, LEFT_OVER, NOBODY, Made, makers
from operations.audit.model import Check, Grid, Section, Verdict, listing
from operations.audit.reader import Reader
from operations.audit.rules import Rule
from warehouse import StatementFailedError

_UNUSED_DAYS = 90
#: The column that says when a row was written, by table the first of them that it has.
_MOMENTS = (
    "_extracted_at", "logged_at", "completed_at", "recorded_at", "ended_at", "started_at", "created_at", "written_at",
    "archived_at", "tried_at", "accepted_at",
)  # fmt: skip
_BY_DBT = ("dbt_updated_at",)


def look_at_tables(reader: Reader) -> Section:
    """Every relation with its size and maker; left over, foreign, missing and unused ones; columns without use."""
    made = makers(reader)
    moments = _moments(reader, made)
    unseen = [text for text in (reader.manifest.trouble,) if text]
    checks = [*_whose(made), *_customers(reader, made), *_used(made), *look_at_columns(reader, made)]
    if reader.manifest.nodes:
        checks.insert(0, _there(reader))
    return Section("tables", tuple(checks), (_grid(made, moments),), tuple(unseen))


def _there(reader: Reader) -> Check:
    absent = [
        (node.relation, node.unique_id) for node in reader.manifest.nodes.values() if node.relation not in reader.names
    ]
    return listing(
        "every relation that dbt declares is there", absent, len(reader.manifest.nodes), ("relation", "node"),
        hint="Build: `dbt build`.",
    )  # fmt: skip


def _whose(made: Sequence[Made]) -> list[Check]:
    def named(maker: str) -> list[tuple[str, str, int | None]]:
        return [(one.fact.name, one.fact.kind, one.fact.rows) for one in made if one.maker == maker]

    columns = ("relation", "kind", "rows")
    return [
        listing(
            "nothing is left over from models that were renamed or removed", named(LEFT_OVER), len(made), columns,
            hint="Nothing reads them here. Make sure that nobody else does, then retire them.",
        ),
        listing(
            "nothing of others stands under one of our names", named(FOREIGN), len(made), columns,
            hint="A build refuses to replace them: rename them, or `dbt run-operation adopt_relations`.",
        ),
        listing(
            "nothing stands half built", named(HALF), len(made), columns, otherwise=Verdict.NOTE,
            hint="A run that goes on builds them, or one that was killed left them; the next one clears them away.",
        ),
        listing(
            "every relation was made by this project", named(NOBODY), len(made), columns, otherwise=Verdict.NOTE,
            hint="Others keep them here; nothing of ours touches them.",
        ),
    ]  # fmt: skip


def _customers(reader: Reader, made: Sequence[Made]) -> list[Check]:
    raw = [one for one in made if one.maker == "loader" and one.fact.name in set(reader.raw_tables)]
    found = []
    if reader.manifest.sources:
        unread = [(one.fact.name, one.fact.rows) for one in raw if one.fact.name.lower() not in reader.manifest.sources]
        found.append(
            listing(
                "a model reads every raw table", unread, len(raw), ("raw table", "rows"),
                hint="A new customer: `loader scaffold`. One that is gone: retire the table.",
            )
        )  # fmt: skip
    rule = Rule(
        "the ledger's customers are those of the seed",
        "{monday_sync_customers}",
        "select c.customer_name, c.orders, c.recorded_at from {monday_sync_customers} as c where not exists ("
        "select 1 from {customer_names} as n where trim(n.customer_name) = c.customer_name)",
        ("customer_name", "orders", "recorded_at"),
        "Customers that were renamed or are gone; what the ledger knows of them stays until it is retired.",
    )
    return [*found, look(reader, rule, otherwise=Verdict.NOTE)]


def _used(made: Sequence[Made]) -> list[Check]:
    """Only where the engine keeps it: no reads since the server started are no reads that we know of."""
    known = [one for one in made if one.fact.read_at or one.fact.written_at]
    if not known:
        return []
    before = dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(days=_UNUSED_DAYS)
    tables = [one for one in made if one.fact.kind == "table"]
    unused = [
        (one.fact.name, one.maker, one.fact.read_at)
        for one in tables
        if max(filter(None, (one.fact.read_at, one.fact.written_at)), default=before) <= before
    ]
    return [
        listing(
            f"every table was used in {_UNUSED_DAYS} days", unused, len(tables), ("table", "made by", "last read"),
            otherwise=Verdict.NOTE, hint="A restart makes the server forget: look again before you retire one.",
        )
    ]  # fmt: skip


def _moments(reader: Reader, made: Sequence[Made]) -> dict[str, dt.datetime]:
    """When a table of ours was written last by what its rows say, for engines that do not keep it."""
    parts, asked = [], []
    for one in made:
        if one.fact.kind != "table" or one.fact.written_at or one.maker in {NOBODY, FOREIGN, LEFT_OVER, HALF}:
            continue
        has = reader.column_names(one.fact.name)
        # what dbt builds carries the moments of the rows that it was built of
        known = _BY_DBT if one.maker.startswith("dbt") else _MOMENTS
        if column := next((name for name in known if name in has), None):
            parts.append(f"select ? as name, max({column}) as at from {reader.warehouse.relation(one.fact.name)}")  # noqa: S608
            asked.append(one.fact.name)
    try:
        rows = reader.rows(" union all ".join(parts), asked) if parts else []
    except StatementFailedError:  # a column of somebody else's table has that name and another type
        return {}
    return {str(name): at.replace(tzinfo=None) for name, at in rows if isinstance(at, dt.datetime)}


def _grid(made: Sequence[Made], moments: dict[str, dt.datetime]) -> Grid:
    def row(one: Made) -> tuple[object, ...]:
        fact = one.fact
        written = fact.written_at or moments.get(fact.name)
        if fact.kind == "view":
            return (fact.name, "view", one.maker, None, None, None, None)
        return (fact.name, "table", one.maker, fact.rows, fact.size, written or "unknown", fact.read_at or "unknown")

    ordered = sorted(made, key=lambda one: (one.fact.kind, -(one.fact.size or 0), one.fact.name.lower()))
    return Grid(
        "Relations", ("relation", "kind", "made by", "rows", "bytes", "last written (UTC)", "last read (UTC)"),
        tuple(row(one) for one in ordered), bars=(3, 4),
        note="Unknown is what the engine does not keep and the rows do not say. A view has no rows of its own.",
    )  # fmt: skip
