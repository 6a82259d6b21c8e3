"""T-SQL for the schemas of trials. Pure."""

from __future__ import annotations

from warehouse.sqlserver.statements import literal, quote

SCHEMA = "select name from sys.schemas where lower(name) = lower(?)"
SCHEMAS_LIKE = "select name from sys.schemas where lower(name) like lower(?) escape N'!'"
RELATIONS = "select TABLE_NAME, TABLE_TYPE from INFORMATION_SCHEMA.TABLES where lower(TABLE_SCHEMA) = lower(?)"
#: Whether a schema was marked as one for trials.
MARKED = (
    "select p.name from sys.extended_properties as p inner join sys.schemas as s on s.schema_id = p.major_id "
    "where p.class = 3 and p.name = N'order_list_scratch' and lower(s.name) = lower(?)"
)
MARK = (
    "exec sys.sp_addextendedproperty @name = N'order_list_scratch', @value = N'for trials', "
    "@level0type = N'SCHEMA', @level0name = ?"
)


def beginning(text: str) -> str:
    """A pattern of LIKE for names that begin so."""
    for sign in "![_%":
        text = text.replace(sign, f"!{sign}")
    return f"{text}%"


def make_schema(schema: str) -> str:
    """A statement that makes a schema; it must stand alone in its batch."""
    return f"exec ({literal('create schema ' + quote(schema))})"


def drop_relation(schema: str, name: str, kind: str) -> str:
    """A statement that drops a table or a view."""
    return f"drop {'view' if kind == 'VIEW' else 'table'} if exists {quote(schema)}.{quote(name)}"


def drop_schema(schema: str) -> str:
    """A statement that drops an empty schema."""
    return f"drop schema if exists {quote(schema)}"
