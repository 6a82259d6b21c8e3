"""Section indexes: declared and there, declared and missing, there and undeclared; used or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from operations.audit.makers import OTHERS, makers
from operations.audit.model import Check, Grid, Section, Verdict, listing
from operations.audit.reader import Reader
from operations.audit.rules import REFERENCES, declared_tables
from pipeline.history import RUNS
from pipeline.measures import USAGE
from pipeline.usage import with_samples
from warehouse import IndexFacts, Relations

#: Below so many rows a table is read whole as fast.
_SMALL = 10_000


def look_at_indexes(reader: Reader) -> Section:
    """Declared are the ``indexes`` of dbt's configurations, and those of the tables that programs keep."""
    declared = sorted(set(_declared(reader)))
    there = [index for index in reader.indexes if index.relation in reader.names]
    reads = with_samples(_samples(reader), there)
    others = Relations(made.fact.name for made in makers(reader) if made.maker in OTHERS)
    ours = [index for index in there if index.relation not in others]
    known = {(index.relation.lower(), _low(index.columns)) for index in there}
    missing = [row for row in declared if (row[0].lower(), _low(row[1])) not in known]
    wanted = {(relation.lower(), _low(columns)) for relation, columns in declared}
    # what is unique by operations/constraints.yml is held by an index; whether it is there, the constraints say
    wanted |= {(one.table.lower(), _low(one.unique)) for one in reader.declared if one.unique}
    undeclared = [i for i in ours if not i.key and (i.relation.lower(), _low(i.columns)) not in wanted]
    checks = [
        listing(
            "every declared index is there", [(r, ", ".join(c)) for r, c in missing], len(declared), _COLUMNS,
            hint="dbt makes its own with the next build, a push those of the ledger.",
        ),
        _of("no index is there that nobody declared", undeclared, len(ours),
            hint="Somebody made them by hand: declare those that are needed, drop the others."),
        _of("no index is switched off", [i for i in ours if i.disabled], len(ours), otherwise=Verdict.FAILED,
            hint="ALTER INDEX ... REBUILD switches it on."),
        listing(
            "no index begins as another goes on", list(_duplicates(ours)), len(ours), ("table", "index", "is in"),
            otherwise=Verdict.NOTE, hint="The longer one serves for both.",
        ),
        *_used(ours, reads),
        *_referenced(reader, there),
    ]  # fmt: skip
    unseen = [text for text in (reader.manifest.trouble,) if text]
    if not reader.inventory.wants_indexes:
        unseen.append("indexes of the ledger: this engine needs none, it keeps minima and maxima of every block")
    return Section("indexes", tuple(checks), (_grid(there, wanted, reads, others),), tuple(unseen))


_COLUMNS = ("table", "columns")
_REFERS = ("table", "column", "refers to")


def _declared(reader: Reader) -> Iterable[tuple[str, tuple[str, ...]]]:
    for node in reader.manifest.nodes.values():
        if node.relation in reader.names:
            yield from ((node.relation, columns) for columns in node.indexes)
    if reader.inventory.wants_indexes:
        for table in declared_tables():
            if table.name in reader.names:
                yield from ((table.name, tuple(columns)) for columns in table.indexes)


def _low(columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(column.lower() for column in columns)


def _of(
    name: str, found: Sequence[IndexFacts], looked_at: int, *, hint: str, otherwise: Verdict = Verdict.NOTE
) -> Check:  # fmt: skip
    rows = [(index.relation, index.name, ", ".join(index.columns)) for index in found]
    return listing(name, rows, looked_at, ("table", "index", "columns"), otherwise=otherwise, hint=hint)


def _duplicates(there: Sequence[IndexFacts]) -> Iterable[tuple[str, str, str]]:
    """One whose columns are the first of another's; of two that are the same, the later."""
    for place, index in enumerate(there):
        for other_place, other in enumerate(there):
            if place == other_place or index.relation != other.relation or index.unique or index.key:
                continue
            begins = other.columns[: len(index.columns)] == index.columns
            same = len(other.columns) == len(index.columns) and not other.unique
            if begins and (not same or other_place < place):
                yield index.relation, index.name, other.name
                break


def _samples(reader: Reader) -> list[tuple[str, str, int]]:
    """What runs kept of it, in their order."""
    if reader.names.lacking((USAGE, RUNS)):
        return []
    rows = reader.rows(
        f"select u.relation, u.index_name, u.reads from {reader.warehouse.relation(USAGE)} as u "  # noqa: S608 - quoted
        f"inner join {reader.warehouse.relation(RUNS)} as r on r.run_id = u.run_id order by r.run_seq"
    )
    return [(str(relation), str(name), int(count or 0)) for relation, name, count in rows]


def _used(there: Sequence[IndexFacts], reads: Mapping[tuple[str, str], int]) -> Iterable[Check]:
    known = [index for index in there if index.reads is not None and not index.key]
    if known:
        idle = [i for i in known if i.writes and not reads[i.relation.lower(), i.name.lower()]]
        yield _of(
            "every index that is kept up to date is searched", idle, len(known),
            hint="Not since the server started, nor before a run that kept its counts. Look again after some weeks.",
        )  # fmt: skip


def _referenced(reader: Reader, there: Sequence[IndexFacts]) -> Iterable[Check]:
    """A reference in use is looked up by its column."""
    if not reader.inventory.wants_indexes:
        return
    rows = {fact.name.lower(): fact.rows for fact in reader.relations if fact.kind == "table"}
    large = [reference for reference in REFERENCES if (rows.get(reference.child.lower()) or 0) >= _SMALL]
    first = {(index.relation.lower(), index.columns[0].lower()) for index in there if index.columns}
    without = [
        (one.child, one.column, one.parent) for one in large if (one.child.lower(), one.column.lower()) not in first
    ]
    yield listing(
        "large tables are indexed by what refers to other tables", without, len(large), _REFERS,
        otherwise=Verdict.NOTE, hint="Try one: `maintenance benchmark TABLE:COLUMN`.",
    )  # fmt: skip


def _grid(
    there: Sequence[IndexFacts], wanted: set[tuple[str, tuple[str, ...]]], reads: Mapping[tuple[str, str], int],
    others: Relations,
) -> Grid:  # fmt: skip
    def why(index: IndexFacts) -> str:
        if index.key:
            return "key"
        if index.relation in others:
            return "of others"
        return "declared" if (index.relation.lower(), _low(index.columns)) in wanted else "undeclared"

    def known(number: int | None) -> int | str:
        return "unknown" if number is None else number

    return Grid(
        "Indexes", ("table", "index", "columns", "why", "reads", "reads, all runs", "writes", "last read (UTC)"),
        tuple(
            (
                i.relation, i.name, ", ".join(i.columns), why(i), known(i.reads),
                known(reads.get((i.relation.lower(), i.name.lower()))), known(i.writes), i.read_at or "unknown",
            )
            for i in there
        ),
        note="Counted since the server started or the table was made; runs keep it in pipeline_index_usage.",
    )  # fmt: skip
