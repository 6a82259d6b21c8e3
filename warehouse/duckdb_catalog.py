"""DuckDB's tables, described and made again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.catalog import ConstraintState, Structure, TableColumn, Use, Uses, word_of
from warehouse.errors import StatementFailedError

if TYPE_CHECKING:
    from warehouse.duckdb import DuckDBSession, DuckDBWarehouse

#: Types whose every value Arrow and Parquet hold as it is.
_EXACT = re.compile(
    r"BOOLEAN|U?TINYINT|U?SMALLINT|U?INTEGER|U?BIGINT|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)|VARCHAR|DATE|TIME|TIMESTAMP|BLOB"
)
_NAME = r'(?:"(?:[^"]|"")*"|[A-Za-z_][A-Za-z0-9_]*)'
#: How DuckDB begins what it says of a table, and of an index on it.
_TABLE = re.compile(rf"CREATE TABLE {_NAME}(?:\.{_NAME})*\(")
_INDEX = re.compile(rf"(CREATE (?:UNIQUE )?INDEX {_NAME} ON ){_NAME}(?:\.{_NAME})*(\()")
_VIEW = re.compile(rf"(?s)^CREATE VIEW {_NAME}(?:\.{_NAME})*\s*(?:\((?:{_NAME}(?:,\s*)?)*\))?\s*AS\s+")
_GENERATED = re.compile(rf"(?:[(,] ?)({_NAME}) [^,]*? GENERATED ALWAYS AS\(")


_SHOWN = 160


class DuckDBCatalog:
    """For one session with the file."""

    engine = "duckdb"
    #: DuckDB says "not supported" to all but a primary key.
    takes_constraints = False

    def __init__(self, session: DuckDBSession, warehouse: DuckDBWarehouse) -> None:
        self._session, self._warehouse = session, warehouse
        self._schema = warehouse.target.schema or "main"

    def quote(self, identifier: str) -> str:
        """Any text as an identifier."""
        return self._warehouse.quote(identifier)

    def version(self) -> str:
        """DuckDB's own."""
        return f"DuckDB {self._session.rows('select version()')[0][0]}"

    def back_up(self, file: str, name: str) -> bool:  # noqa: ARG002 - the protocol's
        """DuckDB has none: its tables are all there is."""
        return False

    def structure(self, name: str) -> Structure:
        """What a table is; its definition is DuckDB's own text."""
        found = self._session.rows(
            "select table_name, sql, comment from duckdb_tables() "
            "where schema_name = ? and lower(table_name) = lower(?)",
            [self._schema, name],
        )
        if not found:
            raise StatementFailedError(f"There is no table '{name}' in {self._warehouse.path}.")
        real, sql, comment = found[0]
        generated = {_bare(match) for match in _GENERATED.findall(sql)}
        columns = self._session.rows(
            "select column_name, data_type, comment from duckdb_columns() "
            "where schema_name = ? and table_name = ? order by column_index",
            [self._schema, real],
        )
        indexes = self._session.rows(
            "select sql from duckdb_indexes() where schema_name = ? and table_name = ? and sql is not null "
            "order by index_name",
            [self._schema, real],
        )
        return Structure(
            self.engine, str(real),
            tuple(TableColumn(c, t, not _EXACT.fullmatch(t), c not in generated) for c, t, _ in columns),
            {
                "sql": sql, "comment": comment, "indexes": [str(row[0]) for row in indexes],
                "column_comments": {c: text for c, _, text in columns if text},
            },
        )  # fmt: skip

    def exact(self, structure: Structure) -> str:
        """A query of all rows."""
        quote = self._warehouse.quote
        chosen = ", ".join(
            f"cast({quote(c.name)} as varchar) as {quote(c.name)}" if c.by_text else quote(c.name)
            for c in structure.columns
        )
        return f"select {chosen} from {self._warehouse.relation(structure.name)}"  # noqa: S608 - all quoted

    def create(self, structure: Structure, name: str) -> None:
        """Make the table with its keys and checks."""
        into = self._warehouse.relation(name)
        self._session.execute(_TABLE.sub(lambda _: f"create table {into}(", str(structure.details["sql"]), count=1))

    def fill(self, structure: Structure, name: str, batches: Iterable[pa.RecordBatch]) -> int:
        """Insert rows."""
        written = [column.name for column in structure.columns if column.is_written]
        return sum(self._session.insert(name, pa.Table.from_batches([batch]).select(written)) for batch in batches)

    def constraint(self, table: str, name: str) -> ConstraintState | None:
        """None is ever there."""

    def add_constraint(self, table: str, name: str, *, check: str | None, unique: Sequence[str] | None) -> None:  # noqa: ARG002
        """It cannot be done."""
        raise StatementFailedError(f"DuckDB cannot add the constraint {name} to {table}, which is there already.")

    def validate_constraint(self, table: str, name: str) -> None:
        """There is none."""

    def drop_constraint(self, table: str, name: str, *, unique: bool) -> None:
        """There is none."""

    def uses(self, name: str) -> Uses:
        """Views by DuckDB's own parser, references and macros by their text."""
        found = []
        for view, sql in self._session.rows(
            "select view_name, sql from duckdb_views() where schema_name = ? and not internal", [self._schema]
        ):
            if view.lower() != name.lower() and self._reads(sql, name):
                found.append(Use("view", view, _shortened(sql)))
        word = word_of(name)
        for table, text in self._session.rows(
            "select table_name, constraint_text from duckdb_constraints() "
            "where schema_name = ? and constraint_type = 'FOREIGN KEY'",
            [self._schema],
        ):
            if table.lower() != name.lower() and word.search(text):
                found.append(Use("foreign key", table, text))
        for macro, text in self._session.rows(
            "select function_name, macro_definition from duckdb_functions() where not internal "
            "and macro_definition is not null"
        ):
            if word.search(text):
                found.append(Use("macro", macro, _shortened(text)))
        return Uses(tuple(found), ("queries of the past: DuckDB keeps none",))

    def view(self, name: str) -> str | None:
        """By the catalog."""
        found = self._session.rows(
            "select sql from duckdb_views() where schema_name = ? and lower(view_name) = lower(?)", [self._schema, name]
        )
        return str(found[0][0]) if found else None

    def rename(self, name: str, to: str) -> None:
        """A table with an index cannot be renamed: its indexes go, and are made again on it under the new name."""
        quote, old, new = self._warehouse.quote, self._warehouse.relation(name), self._warehouse.relation(to)
        if self.view(name) is not None:
            self._session.execute(f"alter view {old} rename to {quote(to)}")
            return
        indexes = self._session.rows(
            "select index_name, sql from duckdb_indexes() "
            "where schema_name = ? and lower(table_name) = lower(?) and sql is not null order by index_name",
            [self._schema, name],
        )
        for index, _ in indexes:
            self._session.execute(f"drop index {quote(self._schema)}.{quote(index)}")
        self._session.execute(f"alter table {old} rename to {quote(to)}")
        for _, sql in indexes:
            self._session.execute(_INDEX.sub(lambda match: f"{match[1]}{new}{match[2]}", sql, count=1))

    def set_aside(self, structure: Structure, aside: str, message: str) -> None:
        """A table with an index cannot be renamed: its indexes go, and are made again by :meth:`put_back`."""
        quote, old = self._warehouse.quote, self._warehouse.relation(structure.name)
        for (index,) in self._session.rows(
            "select index_name from duckdb_indexes() where schema_name = ? and table_name = ?",
            [self._schema, structure.name],
        ):
            self._session.execute(f"drop index {quote(self._schema)}.{quote(index)}")
        self._session.execute(f"alter table {old} rename to {quote(aside)}")
        said = f"error({_literal(message)})"
        columns = ", ".join(f"{said} as {quote(column.name)}" for column in structure.columns)
        self._session.execute(f"create view {old} as select {columns} where {said} is null")

    def put_back(self, structure: Structure, aside: str) -> None:
        """The table under its name, with its indexes."""
        name = self._warehouse.relation(structure.name)
        self._session.execute(f"drop view if exists {name}")
        self._session.execute(
            f"alter table {self._warehouse.relation(aside)} rename to {self._warehouse.quote(structure.name)}"
        )
        for sql in structure.details["indexes"]:
            self._session.execute(str(sql))

    def drop_aside(self, structure: Structure, aside: str) -> None:
        """Both are gone."""
        self._session.execute(f"drop view if exists {self._warehouse.relation(structure.name)}")
        self._session.execute(f"drop table if exists {self._warehouse.relation(aside)}")

    def _reads(self, view: str, name: str) -> bool:
        query = _VIEW.sub("", view, count=1).rstrip(";")
        tables = self._session.tables_of(query)
        if tables is None:  # the view is broken, or of a kind the parser takes for something else
            return word_of(name).search(view) is not None
        return name.lower() in {table.rpartition(".")[2].strip('"').lower() for table in tables}

    def connect(self, structure: Structure, name: str) -> None:
        """Nothing: DuckDB has no rights and no triggers, and a reference belongs to the table from the start."""

    def complete(self, structure: Structure, name: str) -> None:
        """Add indexes and comments."""
        into, quote = self._warehouse.relation(name), self._warehouse.quote
        for sql in structure.details["indexes"]:
            self._session.execute(_INDEX.sub(lambda match: f"{match[1]}{into}{match[2]}", sql, count=1))
        if comment := structure.details["comment"]:
            self._session.execute(f"comment on table {into} is {_literal(comment)}")
        for column, text in structure.details["column_comments"].items():
            self._session.execute(f"comment on column {into}.{quote(column)} is {_literal(text)}")


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
