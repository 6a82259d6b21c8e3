"""Section constraints: which of the declared ones are there, trusted, and switched on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from operations.audit.model import Check, Grid, Section, Verdict, listing
from operations.audit.reader import Reader
from operations.audit.rules import declared_tables
from warehouse import ConstraintFacts

#: Relation and columns in small letters; of a check the columns do not tell it apart, so it has none.
Wanted = tuple[str, str, tuple[str, ...]]
_KINDS = ("primary key", "unique", "not null", "check", "foreign key")


def look_at_constraints(reader: Reader) -> Section:
    """Declared are those of enforced dbt contracts, and keys and NOT NULL of the tables that programs keep.

    Engines write a check otherwise than it was declared: of checks there must be as many as are declared.
    """
    tables = {fact.name.lower(): fact.name for fact in reader.relations if fact.kind == "table"}
    wanted = Counter(one for one in _declared(reader) if one[0] in tables)
    there = Counter(_as_wanted(fact) for fact in reader.constraints)
    missing = [
        (tables[relation], kind, ", ".join(columns))
        for (relation, kind, columns), number in sorted(wanted.items())
        for _ in range(number - there[relation, kind, columns])
    ]
    facts = [fact for fact in reader.constraints if fact.relation.lower() in tables]
    ours = {relation for relation, _, _ in wanted}
    named = {one.name.lower() for one in reader.declared}
    undeclared = [
        (fact.relation, fact.kind, ", ".join(fact.columns) or fact.text)
        for fact in facts
        if fact.relation.lower() in ours
        and fact.name.lower() not in named
        and not wanted[_as_wanted(fact)]
        and not _comes_with_key(fact, there)
    ]
    columns = ("table", "kind", "columns")
    checks: tuple[Check, ...] = (
        listing(
            "every declared constraint is there", missing, wanted.total(), columns,
            hint="Somebody dropped it. dbt's come back with the next build; of the ledger, restore the table.",
        ),
        listing(
            "every constraint is switched on", [_row(f) for f in facts if not f.enabled], len(facts), columns,
            hint="ALTER TABLE ... WITH CHECK CHECK CONSTRAINT ... switches it on and looks at the rows.",
        ),
        listing(
            "every constraint is trusted", [_row(f) for f in facts if f.enabled and not f.trusted], len(facts), columns,
            hint="ALTER TABLE ... WITH CHECK CHECK CONSTRAINT ... looks at the rows that are there.",
        ),
        listing("no constraint is there that nobody declared", undeclared, len(facts), columns, otherwise=Verdict.NOTE),
    )  # fmt: skip
    unseen = [text for text in (reader.manifest.trouble,) if text]
    if reader.takes_constraints:
        checks = (*checks, _applied(reader, tables))
    elif reader.declared:
        unseen.append("operations/constraints.yml: this engine adds none to a table; its data are checked")
    return Section("constraints", checks, (_grid(facts, missing),), tuple(unseen))


def _applied(reader: Reader, tables: Mapping[str, str]) -> Check:
    """Of operations/constraints.yml. One that is there and untrusted is among the untrusted ones."""
    declared = [one for one in reader.declared if one.table.lower() in tables]
    absent = [(one.table, one.name) for one in declared if reader.constraint(one) is None]
    return listing(
        "every constraint of operations/constraints.yml is in the database", absent, len(declared), ("table", "name"),
        otherwise=Verdict.NOTE, hint="`maintenance apply` adds them, a step at a time.",
    )  # fmt: skip


def _declared(reader: Reader) -> Iterable[Wanted]:
    for table in declared_tables():
        if table.key:
            yield _wanted(table.name, "primary key", table.key)
        yield from (_wanted(table.name, "not null", (c.name,)) for c in table.columns if not c.nullable)
    for node in reader.manifest.nodes.values():
        if node.kind == "table":
            yield from (_wanted(node.relation, kind, columns) for kind, columns, _ in node.constraints)


def _as_wanted(fact: ConstraintFacts) -> Wanted:
    return _wanted(fact.relation, fact.kind, fact.columns)


def _wanted(relation: str, kind: str, columns: Iterable[str]) -> Wanted:
    return relation.lower(), kind, () if kind == "check" else tuple(column.lower() for column in columns)


def _comes_with_key(fact: ConstraintFacts, there: Counter[Wanted]) -> bool:
    """NOT NULL on a column of the primary key."""
    return fact.kind == "not null" and any(
        kind == "primary key" and relation == fact.relation.lower() and fact.columns[0].lower() in columns
        for relation, kind, columns in there
    )


def _row(fact: ConstraintFacts) -> tuple[str, str, str]:
    return fact.relation, fact.kind, fact.name or ", ".join(fact.columns)


def _grid(facts: list[ConstraintFacts], missing: list[tuple[str, str, str]]) -> Grid:
    counted = Counter((fact.relation, fact.kind) for fact in facts)
    lacking = Counter(relation for relation, _, _ in missing)
    relations = sorted({relation for relation, _ in counted} | set(lacking), key=lambda name: (-lacking[name], name))
    return Grid(
        "Constraints", ("table", *_KINDS, "missing"),
        tuple((name, *(counted[name, kind] for kind in _KINDS), lacking[name]) for name in relations),
    )  # fmt: skip
