"""SQL Server's tables, described and made again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from console import OrderListError, shortened
from warehouse.catalog import ConstraintState, Structure, TableColumn, Use, Uses, word_of
from warehouse.errors import StatementFailedError
from warehouse.sqlserver import backup_statements, usage_statements
from warehouse.sqlserver import catalog_statements as sql
from warehouse.sqlserver.statements import literal

if TYPE_CHECKING:
    from warehouse.sqlserver.session import SQLServerSession
    from warehouse.sqlserver.warehouse import SQLServerWarehouse

_INDEX_TYPES = {1, 2, 5, 6}
_SHOWN, _SHOWN_BEFORE = 160, 60
_UNSEEN = (
    "other schemas, and rights of others: the login sees all of them only with VIEW DEFINITION on the database, and "
    "what it does not see is in no archive"
)
_GRANT_HINT = "For this step the login needs CONTROL on the schema, or the same right WITH GRANT OPTION."


class SQLServerCatalog:
    """For one session with the server."""

    engine = "sqlserver"
    takes_constraints = True

    def __init__(self, session: SQLServerSession, warehouse: SQLServerWarehouse) -> None:
        self._session, self._warehouse = session, warehouse

    def quote(self, identifier: str) -> str:
        """Any text as an identifier."""
        return self._warehouse.quote(identifier)

    def version(self) -> str:
        """The server's own words, on one line."""
        return shortened(" ".join(str(self._session.rows("select @@version")[0][0]).split()), 200)

    def back_up(self, file: str, name: str) -> bool:
        """``BACKUP DATABASE``, where the service has it."""
        database, edition = self._session.rows(backup_statements.PLACE)[0]
        if int(edition or 0) in backup_statements.WITHOUT:
            return False
        self._session.execute(backup_statements.back_up(str(database), file, name))
        return True

    def structure(self, name: str) -> Structure:
        """What a table is, by the catalog views."""
        found = self._session.rows(sql.TABLE, [self._warehouse.schema, name])
        if not found:
            raise StatementFailedError(f"There is no table '{name}' in the schema '{self._warehouse.schema}'.")
        asked, real = [int(found[0][0])], str(found[0][1])
        columns, described = list[TableColumn](), list[dict[str, Any]]()
        for row in self._session.rows(sql.COLUMNS, asked):
            column, type_name, scale = str(row[0]), str(row[1]), int(row[4])
            if type_name in sql.UNKNOWN:
                raise StatementFailedError(
                    f"{real}.{column} is of type {type_name}, whose values no archive holds exactly.",
                    hint="Copy the table with the server's own backup.",
                )
            declared = sql.declared(type_name, int(row[2]), int(row[3]), scale)
            by_text = sql.exact(type_name, scale, "x") is not None
            computed = row[8]
            columns.append(TableColumn(column, declared, by_text, not computed and declared != "rowversion"))
            described.append({
                "name": column, "type": declared, "base": type_name, "scale": scale, "nullable": bool(row[5]),
                "identity": self._identity(real) if row[6] else None, "collation": row[7], "computed": computed,
                "persisted": bool(row[9]),
            })  # fmt: skip
        details = {
            "columns": described,
            "defaults": self._plain(sql.DEFAULTS, asked),
            "checks": self._plain(sql.CHECKS, asked),
            "indexes": list(self._indexes(real, asked)),
            "foreign_keys": list(self._foreign_keys(asked)),
            "rights": self._plain(sql.RIGHTS, asked),
            "triggers": self._plain(sql.TRIGGERS, asked),
            "properties": self._plain(sql.PROPERTIES, asked),
        }
        return Structure(self.engine, real, tuple(columns), details)

    def exact(self, structure: Structure) -> str:
        """A query of all rows."""
        quote = self._warehouse.quote
        chosen = []
        for column in structure.details["columns"]:
            name = quote(column["name"])
            expression = sql.exact(column["base"], column["scale"], name)
            chosen.append(f"{expression} as {name}" if expression else name)
        return f"select {', '.join(chosen)} from {self._warehouse.relation(structure.name)}"  # noqa: S608 - all quoted

    def create(self, structure: Structure, name: str) -> None:
        """Make the table with its types alone; what has a name of its own comes with :meth:`complete`."""
        self._session.execute(sql.create(self._warehouse.relation(name), structure.details["columns"]))

    def fill(self, structure: Structure, name: str, batches: Iterable[pa.RecordBatch]) -> int:
        """Insert rows, with the numbers that an identity column gave them."""
        written = [column.name for column in structure.columns if column.is_written]
        counts_itself = any(column["identity"] for column in structure.details["columns"])
        into = self._warehouse.relation(name)
        if counts_itself:
            self._session.execute(f"set identity_insert {into} on")
        types = {column.name: column.type for column in structure.columns if column.by_text}
        tables = (pa.Table.from_batches([batch]).select(written) for batch in batches)
        filled = sum(self._session.insert(name, table, types=types) for table in tables)
        if counts_itself:
            self._session.execute(f"set identity_insert {into} off")
        for statement in sql.reseed(into, structure.details["columns"]):
            self._session.execute(statement)
        return filled

    def complete(self, structure: Structure, name: str) -> None:
        """Add keys, indexes, defaults, checks and descriptions."""
        for statement in sql.complete(self._warehouse.relation(name), structure.details):
            self._session.execute(statement)
        for statement, values in sql.describe(self._warehouse.schema, name, structure.details["properties"]):
            self._session.execute(statement, values)

    def connect(self, structure: Structure, name: str) -> None:
        """Add references, rights and triggers."""
        relation, details = self._warehouse.relation(name), structure.details
        for statement in sql.connect(relation, details):
            self._session.execute(statement)
        for statement in sql.rights(relation, details):
            self._give(statement)

    def constraint(self, table: str, name: str) -> ConstraintState | None:
        """By the catalog views; one that is switched off is not there."""
        rows = self._session.rows(sql.CONSTRAINT, [self._warehouse.schema, table, name] * 2)
        if not rows:
            return None
        return ConstraintState.UNTRUSTED if rows[0][0] else ConstraintState.TRUSTED

    def add_constraint(self, table: str, name: str, *, check: str | None, unique: Sequence[str] | None) -> None:
        """A CHECK without a look at the rows that are there, or a unique index on those that have all values."""
        self._session.execute(sql.add_constraint(self._warehouse.relation(table), name, check, unique))

    def validate_constraint(self, table: str, name: str) -> None:
        """``with check check constraint``: from then on the server trusts it."""
        relation = self._warehouse.relation(table)
        self._session.execute(f"alter table {relation} with check check constraint {self.quote(name)}")

    def drop_constraint(self, table: str, name: str, *, unique: bool) -> None:
        """Drop the constraint, or the index."""
        relation = self._warehouse.relation(table)
        if unique:
            self._session.execute(f"drop index {self.quote(name)} on {relation}")
        else:
            self._session.execute(f"alter table {relation} drop constraint {self.quote(name)}")

    def uses(self, name: str) -> Uses:
        """Every question of :mod:`usage_statements`; what the login may not see is named."""
        found, unseen = list[Use](), list[str]()
        word = word_of(name)
        for label, question, by_pattern in usage_statements.QUESTIONS:
            try:
                rows = self._session.rows(question, [usage_statements.pattern(name) if by_pattern else name])
            except OrderListError as error:
                unseen.append(f"{label}: {error.message}")
                continue
            for kind, user, text in rows:
                line = " ".join(str(text).split())
                if hit := word.search(line):  # LIKE finds longer names
                    begin = max(hit.start() - _SHOWN_BEFORE, 0) if hit.end() > _SHOWN else 0
                    shown = line[begin : begin + _SHOWN]
                    found.append(Use(str(kind).lower().replace("_", " "), str(user), shown))
        if not any(self._session.rows(usage_statements.SEES_ALL)[0]):
            unseen.append(_UNSEEN)
        return Uses(tuple(dict.fromkeys(found)), tuple(unseen))

    def view(self, name: str) -> str | None:
        """By the catalog views."""
        found = self._session.rows(sql.VIEW, [self._warehouse.schema, name])
        return None if not found or found[0][1] is None else str(found[0][1])

    def rename(self, name: str, to: str) -> None:
        """Keys, indexes, rights and triggers go by the object's number, and stay with it."""
        self._session.execute("exec sp_rename ?, ?, 'OBJECT'", [self._warehouse.relation(name), to])

    def set_aside(self, structure: Structure, aside: str, message: str) -> None:
        """Rename the table and put a view in its place that fails with ``message`` whatever is asked of it."""
        self._session.execute("exec sp_rename ?, ?, 'OBJECT'", [self._warehouse.relation(structure.name), aside])
        view = sql.tripwire(self._warehouse.relation(structure.name), [c.name for c in structure.columns], message)
        self._session.execute(f"exec ({literal(view)})")
        for state, permission, grantee, _ in structure.details["rights"]:
            if state.startswith("GRANT") and permission == "SELECT":  # who may not read it would get another error
                name = self._warehouse.relation(structure.name)
                self._give(f"grant select on {name} to {self._warehouse.quote(grantee)}")

    def put_back(self, structure: Structure, aside: str) -> None:
        """The table under its name; keys, indexes and rights never left it."""
        self._session.execute(f"drop view if exists {self._warehouse.relation(structure.name)}")
        self._session.execute("exec sp_rename ?, ?, 'OBJECT'", [self._warehouse.relation(aside), structure.name])

    def drop_aside(self, structure: Structure, aside: str) -> None:
        """Both are gone."""
        self._session.execute(f"drop view if exists {self._warehouse.relation(structure.name)}")
        self._session.execute(f"drop table if exists {self._warehouse.relation(aside)}")

    def _give(self, right: str) -> None:
        try:
            self._session.execute(right)
        except StatementFailedError as error:
            raise StatementFailedError(f"{error.message} It was asked to {right}.", hint=_GRANT_HINT) from error

    def _identity(self, name: str) -> list[str | None]:
        seed, step, last = self._session.rows(sql.IDENTITY, [self._warehouse.relation(name)] * 3)[0]
        return [seed or "1", step or "1", last]

    def _plain(self, query: str, asked: list[int]) -> list[list[Any]]:
        return [[bool(v) if isinstance(v, bool) else v for v in row] for row in self._session.rows(query, asked)]

    def _indexes(self, table: str, asked: list[int]) -> Iterator[dict[str, Any]]:
        for _, group in groupby(self._session.rows(sql.INDEXES, asked), key=lambda row: row[0]):
            rows = list(group)
            _, name, kind, unique, primary, constraint, where, *_ = rows[0]
            if int(kind) not in _INDEX_TYPES:
                raise StatementFailedError(
                    f"{table} has the index {name}, of a kind that could not be made again.",
                    hint="Copy the table with the server's own backup.",
                )
            yield {
                "name": name, "type": int(kind), "unique": bool(unique), "filter": where,
                "constraint": "primary key" if primary else "unique" if constraint else None,
                "keys": [[row[7], bool(row[8])] for row in rows if not row[9]],
                "included": [row[7] for row in rows if row[9]],
            }  # fmt: skip

    def _foreign_keys(self, asked: list[int]) -> Iterator[dict[str, Any]]:
        for name, group in groupby(self._session.rows(sql.FOREIGN_KEYS, asked), key=lambda row: row[0]):
            rows = list(group)
            yield {
                "name": name, "schema": rows[0][1], "table": rows[0][2], "columns": [row[3] for row in rows],
                "referenced": [row[4] for row in rows], "delete": rows[0][5], "update": rows[0][6],
                "disabled": bool(rows[0][7]), "untrusted": bool(rows[0][8]),
            }  # fmt: skip
