"""Columns that hold nothing, that the board does not show, or that are to go."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from operations.audit.makers import Made
from operations.audit.model import Check, Verdict, listing, verdict_on
from operations.audit.reader import Reader
from warehouse import StatementFailedError

_ORDERS, _MAPPINGS = "ORDER_LIST", "monday_sync_mappings"
_DAY = re.compile(r"deprecation date (\d{4}-\d\d-\d\d)")
#: Columns of ORDER_LIST that no board would show.
_OWN = frozenset({"order_key", "row_hash", "source_customer_name"})


def look_at_columns(reader: Reader, made: Sequence[Made]) -> list[Check]:
    """All of it is worth knowing; only what should be gone already is wrong."""
    return [_empty(reader, made), *_unmapped(reader), *_deprecated(reader)]


def _empty(reader: Reader, made: Sequence[Made]) -> Check:
    """Raw tables are left out: what a workbook leaves empty is empty there."""
    name = "every column of what dbt and the programs keep has a value somewhere"
    tables = [
        one.fact.name
        for one in made
        if one.fact.kind == "table" and one.fact.rows and one.fact.name not in set(reader.raw_tables)
        and (one.maker.startswith("dbt") or one.maker in {"ledger", "loader", "pipeline", "operations"})
    ]  # fmt: skip
    found, looked_at, refused = list[tuple[str, str]](), 0, list[str]()
    for table in tables:
        columns = [column.name for column in reader.columns.get(table.lower(), [])]
        counts = ", ".join(f"count({reader.warehouse.quote(column)})" for column in columns)
        try:
            row = reader.rows(f"select {counts} from {reader.warehouse.relation(table)}")[0]  # noqa: S608 - quoted
        except StatementFailedError as error:
            refused.append(f"{table}: {error.message}")
            continue
        looked_at += len(columns)
        found += [(table, column) for column, filled in zip(columns, row, strict=True) if not filled]
    if refused:
        return Check(name, Verdict.FAILED, message=f"some could not be looked at: {'; '.join(refused)}")
    by_table = [(t, sum(1 for one, _ in found if one == t), ", ".join(c for one, c in found if one == t)) for t in
                dict.fromkeys(table for table, _ in found)]  # fmt: skip
    return Check(
        name, verdict_on(len(found), looked_at, otherwise=Verdict.NOTE), len(found), looked_at,
        columns=("table", "columns", "their names") if found else (), examples=tuple(by_table),
        hint="Not wrong: nothing came for them yet." if found else "",
    )  # fmt: skip


def _unmapped(reader: Reader) -> Iterator[Check]:
    if reader.names.lacking((_ORDERS, _MAPPINGS)):
        return
    mapped = {
        str(row[0]).lower()
        for row in reader.rows(
            f"select distinct view_column from {reader.warehouse.relation(_MAPPINGS)} where is_current = 1"  # noqa: S608
        )
    }
    business = [
        column.name
        for column in reader.columns[_ORDERS.lower()]
        if column.name.lower() not in _OWN and not column.name.startswith("_")
    ]
    if mapped:
        yield listing(
            "the board shows every business column of ORDER_LIST",
            [(name,) for name in business if name.lower() not in mapped], len(business), ("column",),
            otherwise=Verdict.NOTE, hint="They are in the database only. To show one, add it to the board's file.",
        )  # fmt: skip


def _deprecated(reader: Reader) -> Iterator[Check]:
    nodes = reader.manifest.nodes.values()
    said = [(node.relation, column or None, why) for node in nodes for column, why in sorted(node.deprecated.items())]
    there = [row for row in said if row[0] in reader.names]
    today = dt.datetime.now(dt.UTC).date().isoformat()
    late = [row for row in there if (day := _DAY.match(row[2])) and day[1] <= today]
    if nodes:
        columns = ("relation", "column", "why")
        yield listing(
            "nothing stands after its deprecation date", late, len(nodes), columns,
            hint="Remove the model, then retire its relation.",
        )  # fmt: skip
        yield listing(
            "nothing is marked as deprecated", [row for row in there if row not in late], len(nodes), columns,
            otherwise=Verdict.NOTE,
        )  # fmt: skip
