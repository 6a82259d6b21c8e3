"""T-SQL as text: names, types and statements. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from warehouse.base import Column

MAX_COLUMNS = 1024
#: Stands within every query of our own: Query Store keeps texts, and not who sent them.
OURS = "/* order-list */"
_BEGINS = re.compile(r"\s*(?:select|with)\b", re.IGNORECASE)
_MAX_SIZED = 4000
_TYPES = {
    "key": "varchar(64)",  # hexadecimal; dbt makes the ledger's keys of the same type
    "integer": "int",
    "bigint": "bigint",
    "boolean": "bit",
    "timestamp": "datetime2(6)",
    "decimal": "decimal(18, 6)",
}
#: What the server says when another session keeps its turn for too long.
KEPT_TURN = "Another program has been bringing the tables up to date for a minute"
#: The turn is an application lock that ends with the transaction.
TURN = (
    "set nocount on; declare @outcome int; exec @outcome = sp_getapplock @Resource = ?, @LockMode = 'Exclusive', "
    f"@LockOwner = 'Transaction', @LockTimeout = 60000; if @outcome < 0 raiserror(N'{KEPT_TURN}.', 16, 1)"
)
COLLATION = "select cast(databasepropertyex(db_name(), N'Collation') as nvarchar(128))"
TYPES = (
    "select COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION "
    "from INFORMATION_SCHEMA.COLUMNS where lower(TABLE_SCHEMA) = lower(?) and lower(TABLE_NAME) = lower(?)"
)

#: Tables and views of a schema with the extended property that macros/platform/mark_statement.sql leaves on them.
MARKS = (
    "select o.name, cast(p.value as nvarchar(400)) from sys.objects as o "
    "inner join sys.schemas as s on s.schema_id = o.schema_id left join sys.extended_properties as p "
    "on p.class = 1 and p.major_id = o.object_id and p.minor_id = 0 and p.name = N'order_list' "
    "where o.type in ('U', 'V') and lower(s.name) = lower(?)"
)


def quote(identifier: str) -> str:
    """Any text as an identifier."""
    return "[" + identifier.replace("]", "]]") + "]"


def literal(text: str) -> str:
    """Any text as a Unicode literal."""
    return "N'" + text.replace("'", "''") + "'"


def type_of(column: Column) -> str:
    """The type of a column to create."""
    if column.kind == "text":
        return f"nvarchar({column.size})" if column.size and column.size <= _MAX_SIZED else "nvarchar(max)"
    return _TYPES[column.kind]


def marked(query: str) -> str:
    """A query with our mark in it: within the text, for Query Store drops what stands before and after."""
    begins = _BEGINS.match(query)
    return f"{begins[0]} {OURS}{query[begins.end() :]}" if begins else query


def create_table(relation: str, columns: Sequence[Column], key: Sequence[str]) -> str:
    """Create ``relation`` (quoted, with schema) unless it exists."""
    parts = [
        f"{quote(c.name)} {type_of(c)} {'null' if c.nullable and c.name not in key else 'not null'}" for c in columns
    ]
    if key:
        parts.append(f"primary key ({', '.join(quote(name) for name in key)})")
    return f"if object_id({literal(relation)}, 'U') is null create table {relation} ({', '.join(parts)})"


def create_index(relation: str, columns: Sequence[str]) -> str:
    """An index on ``columns`` of ``relation`` (quoted, with schema), unless it is there."""
    name = "by_" + "_".join(columns)
    return (
        f"if not exists (select 1 from sys.indexes where object_id = object_id({literal(relation)}) "  # noqa: S608
        f"and name = {literal(name)}) "
        f"create index {quote(name)} on {relation} ({', '.join(map(quote, columns))})"
    )


def add_columns(relation: str, columns: Sequence[Column]) -> str:
    """Add columns, NULL in all rows, to a table."""
    listed = ", ".join(f"{quote(c.name)} {type_of(c)} null" for c in columns)
    return f"alter table {relation} add {listed}"


def insert(relation: str, names: Sequence[str], *, rows: int = 1, types: Mapping[str, str] | None = None) -> str:
    """Insert ``rows`` rows by placeholders (at most 1,000 at once); those of ``types`` are converted to them."""
    wanted = types or {}
    row = ", ".join(f"cast(? as {wanted[name]})" if name in wanted else "?" for name in names)
    places = ", ".join([f"({row})"] * rows)
    return f"insert into {relation} ({', '.join(map(quote, names))}) values {places}"  # noqa: S608 - all quoted


def checksum(relation: str, columns: Sequence[str]) -> str:
    """Count the rows of ``relation`` and sum up what is in them (in these columns; in all without)."""
    summed = ", ".join(map(quote, columns)) or "*"
    return f"select count_big(*), checksum_agg(binary_checksum({summed})) from {relation}"  # noqa: S608 - all quoted


def declared_type(name: str, length: int | None, precision: int | None, scale: int | None, digits: int | None) -> str:
    """A type as INFORMATION_SCHEMA.COLUMNS describes it, as it stands in a declaration."""
    if name in {"nvarchar", "varchar", "nchar", "char", "varbinary", "binary"}:
        return f"{name}({'max' if length in {None, -1} else length})"
    if name in {"decimal", "numeric"}:
        return f"{name}({precision}, {scale})"
    return f"{name}({digits})" if name in {"datetime2", "time", "datetimeoffset"} else name


def upsert(relation: str, names: Sequence[str], key: Sequence[str], types: Mapping[str, str]) -> str:
    """Overwrite and insert rows, which come as one JSON document (an array of arrays) in the only placeholder.

    Both or nothing, and at most one row of a key whoever else writes: update and insert under a range lock rather than
    MERGE, which has open defects under concurrency.
    """
    shape = ", ".join(f"{quote(name)} {types[name]} '$[{position}]'" for position, name in enumerate(names))
    source = f"openjson(@rows) with ({shape}) as s"
    here = f"{relation} as t with (updlock, holdlock)"
    same = " and ".join(f"t.{quote(name)} = s.{quote(name)}" for name in key)
    changes = ", ".join(f"{quote(name)} = s.{quote(name)}" for name in names if name not in key)
    columns = ", ".join(map(quote, names))
    statements = [
        "set nocount on",
        "declare @rows nvarchar(max) = ?",
        "begin transaction",
        *([f"update t set {changes} from {here} inner join {source} on {same}"] if changes else []),  # noqa: S608
        f"insert into {relation} ({columns}) select {columns} from {source} "  # noqa: S608 - all quoted
        f"where not exists (select 1 from {here} where {same})",
        "commit transaction",
    ]
    return "; ".join(statements)
