"""What an audit may ask of the database: rows, and nothing that changes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from loader import is_raw_table
from operations.audit.manifest import Manifest, read_manifest
from operations.constraints import Constraint, load_constraints
from warehouse import (
    ColumnFacts,
    ConstraintFacts,
    ConstraintState,
    IndexFacts,
    Inventory,
    RelationFacts,
    Relations,
    Session,
    Warehouse,
)

_QUOTED = re.compile(r'"(\w+)"')
_META = ("_source_file", "_source_row", "_load_id")


class Reader:
    """One session that only reads. What is asked for twice is asked of the database once."""

    def __init__(self, session: Session, warehouse: Warehouse) -> None:
        self._session, self.warehouse = session, warehouse
        self.inventory: Inventory = session.inventory()

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self._session.rows(sql, parameters)

    def written(self, sql: str, relations: Iterable[str]) -> str:
        """A query as this engine reads it: ``{NAME}`` stands for a relation, ``"name"`` for a column to quote."""
        quoted = _QUOTED.sub(lambda match: self.warehouse.quote(match[1]), sql)
        return quoted.format(**{name: self.warehouse.relation(name) for name in relations})

    @cached_property
    def version(self) -> str:
        """The engine's."""
        return self._session.catalog().version()

    @cached_property
    def declared(self) -> list[Constraint]:
        """The constraints of operations/constraints.yml."""
        return load_constraints(self.warehouse.target.project_dir)

    @property
    def takes_constraints(self) -> bool:
        """Whether the engine adds constraints to a table that is there."""
        return self._session.catalog().takes_constraints

    def constraint(self, one: Constraint) -> ConstraintState | None:
        """How a declared constraint stands; ``None``: it is not there, or switched off."""
        return self._session.catalog().constraint(one.table, one.name)

    @cached_property
    def relations(self) -> list[RelationFacts]:
        """Tables and views."""
        return self.inventory.relations()

    @cached_property
    def names(self) -> Relations:
        """Of tables and views."""
        return Relations(fact.name for fact in self.relations)

    @cached_property
    def columns(self) -> dict[str, list[ColumnFacts]]:
        """By relation, in small letters."""
        found: dict[str, list[ColumnFacts]] = {}
        for column in self.inventory.columns():
            found.setdefault(column.relation.lower(), []).append(column)
        return found

    @cached_property
    def indexes(self) -> list[IndexFacts]:
        """All indexes."""
        return self.inventory.indexes()

    @cached_property
    def constraints(self) -> list[ConstraintFacts]:
        """All constraints."""
        return self.inventory.constraints()

    @cached_property
    def manifest(self) -> Manifest:
        """What dbt declares."""
        return read_manifest(self.warehouse.target)

    @cached_property
    def raw_tables(self) -> list[str]:
        """The loader's tables, by name and by the columns that it adds."""
        return [
            fact.name
            for fact in self.relations
            if fact.kind == "table" and is_raw_table(fact.name) and set(_META) <= self.column_names(fact.name)
        ]

    def column_names(self, relation: str) -> set[str]:
        """In small letters; none if it is not there."""
        return {column.name.lower() for column in self.columns.get(relation.lower(), [])}
