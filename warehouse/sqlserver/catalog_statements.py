"""What the catalog views say of a table, as T-SQL, and from there statements that make it again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from warehouse.sqlserver.statements import literal, quote

#: By schema and name, in any spelling; everything else is asked for by the number that this gives.
TABLE = (
    "select t.object_id, t.name from sys.tables as t inner join sys.schemas as s on s.schema_id = t.schema_id "
    "where lower(s.name) = lower(?) and lower(t.name) = lower(?)"
)
#: A column's name is cast to the type that it has on SQL Server: Babelfish's goes through a code page.
COLUMNS = """
select cast(c.name as nvarchar(128)), t.name, c.max_length, c.[precision], c.scale, c.is_nullable, c.is_identity,
    c.collation_name, m.[definition], m.is_persisted
from sys.columns as c
inner join sys.types as t on t.user_type_id = case when c.system_type_id = 240 then c.user_type_id
    else c.system_type_id end
left join sys.computed_columns as m on m.object_id = c.object_id and m.column_id = c.column_id
where c.object_id = ? order by c.column_id"""
#: Where an identity column begins, in which steps it goes on, and how far it is; by the table's quoted name.
IDENTITY = """
select cast(ident_seed(?) as varchar(40)), cast(ident_incr(?) as varchar(40)), cast(ident_current(?) as varchar(40))"""
DEFAULTS = """
select d.name, cast(c.name as nvarchar(128)), d.[definition] from sys.default_constraints as d
inner join sys.columns as c on c.object_id = d.parent_object_id and c.column_id = d.parent_column_id
where d.parent_object_id = ? order by d.name"""
CHECKS = """
select name, definition, is_disabled, is_not_trusted from sys.check_constraints
where parent_object_id = ? order by name"""
INDEXES = """
select i.index_id, i.name, i.type, i.is_unique, i.is_primary_key, i.is_unique_constraint, i.filter_definition,
    cast(c.name as nvarchar(128)), x.is_descending_key, x.is_included_column
from sys.indexes as i
inner join sys.index_columns as x on x.object_id = i.object_id and x.index_id = i.index_id
inner join sys.columns as c on c.object_id = x.object_id and c.column_id = x.column_id
where i.object_id = ? and i.type > 0
order by i.index_id, x.is_included_column, x.key_ordinal, x.index_column_id"""
FOREIGN_KEYS = """
select f.name, schema_name(r.schema_id), r.name, cast(pc.name as nvarchar(128)), cast(rc.name as nvarchar(128)),
    f.delete_referential_action_desc, f.update_referential_action_desc, f.is_disabled, f.is_not_trusted
from sys.foreign_keys as f
inner join sys.foreign_key_columns as k on k.constraint_object_id = f.object_id
inner join sys.tables as r on r.object_id = f.referenced_object_id
inner join sys.columns as pc on pc.object_id = k.parent_object_id and pc.column_id = k.parent_column_id
inner join sys.columns as rc on rc.object_id = k.referenced_object_id and rc.column_id = k.referenced_column_id
where f.parent_object_id = ? order by f.name, k.constraint_column_id"""
RIGHTS = """
select p.state_desc, p.permission_name, u.name, cast(c.name as nvarchar(128)) from sys.database_permissions as p
inner join sys.database_principals as u on u.principal_id = p.grantee_principal_id
left join sys.columns as c on c.object_id = p.major_id and c.column_id = p.minor_id
where p.class = 1 and p.major_id = ? order by u.name, p.permission_name, c.name"""
TRIGGERS = """
select t.name, m.definition, t.is_disabled from sys.triggers as t
inner join sys.sql_modules as m on m.object_id = t.object_id where t.parent_id = ? order by t.name"""
#: Whether a check or a unique index of that name on a table is not trusted; no row: it is not there, or is off.
CONSTRAINT = """
select c.is_not_trusted from sys.check_constraints as c
inner join sys.tables as t on t.object_id = c.parent_object_id
inner join sys.schemas as s on s.schema_id = t.schema_id
where lower(s.name) = lower(?) and lower(t.name) = lower(?) and lower(c.name) = lower(?) and c.is_disabled = 0
union all
select cast(0 as bit) from sys.indexes as i
inner join sys.tables as t on t.object_id = i.object_id
inner join sys.schemas as s on s.schema_id = t.schema_id
where lower(s.name) = lower(?) and lower(t.name) = lower(?) and lower(i.name) = lower(?) and i.is_disabled = 0"""
VIEW = """
select v.name, object_definition(v.object_id) from sys.views as v
inner join sys.schemas as s on s.schema_id = v.schema_id
where lower(s.name) = lower(?) and lower(v.name) = lower(?)"""
PROPERTIES = """
select p.name, cast(p.value as nvarchar(3750)), cast(c.name as nvarchar(128)) from sys.extended_properties as p
left join sys.columns as c on c.object_id = p.major_id and c.column_id = p.minor_id
where p.class = 1 and p.major_id = ? order by p.minor_id, p.name"""

_BY_LENGTH = {"varchar", "char", "varbinary", "binary"}
_BY_UNITS = {"nvarchar", "nchar"}
_BY_DIGITS = {"datetime2", "time", "datetimeoffset"}
#: Types no query can hand on so that they could be made again.
UNKNOWN = {"sql_variant", "geometry", "geography", "hierarchyid"}
_CLUSTERED, _NONCLUSTERED, _COLUMNSTORE, _COLUMNSTORE_BESIDE = 1, 2, 5, 6
_MICROSECONDS = 6


def declared(name: str, length: int, precision: int, scale: int) -> str:
    """A type as ``sys.columns`` has it, as it stands in a declaration."""
    if name in _BY_LENGTH or name in _BY_UNITS:
        size = length if name in _BY_LENGTH or length < 0 else length // 2
        return f"{name}({'max' if size < 0 else size})"
    if name in {"decimal", "numeric"}:
        return f"{name}({precision}, {scale})"
    if name in _BY_DIGITS:
        return f"{name}({scale})"
    return f"float({precision})" if name == "float" else "rowversion" if name == "timestamp" else name


def exact(name: str, scale: int, column: str) -> str | None:
    """How a column (quoted) is asked for where its plain value would lose something; ``None``: as it is."""
    if name == "timestamp":
        return f"cast({column} as binary(8))"
    if name in {"time", "datetimeoffset"} or (name == "datetime2" and scale > _MICROSECONDS):
        return f"convert(varchar(40), {column}, 121)"
    return {
        "datetime": f"convert(varchar(23), {column}, 126)",
        "smalldatetime": f"convert(varchar(19), {column}, 126)",
        "uniqueidentifier": f"convert(varchar(36), {column})",
        "xml": f"convert(nvarchar(max), {column})",
        "text": f"cast({column} as varchar(max))",
        "ntext": f"cast({column} as nvarchar(max))",
        "image": f"cast({column} as varbinary(max))",
        "money": f"cast({column} as decimal(19, 4))",
        "smallmoney": f"cast({column} as decimal(10, 4))",
    }.get(name)


def create(relation: str, columns: Iterable[Mapping[str, Any]]) -> str:
    """The table without keys, checks and defaults: their names may still be another's."""
    return f"create table {relation} ({', '.join(map(_column, columns))})"


def _column(column: Mapping[str, Any]) -> str:
    name = quote(column["name"])
    if column["computed"]:
        return f"{name} as {column['computed']}{' persisted' if column['persisted'] else ''}"
    parts = [name, column["type"]]
    if column["collation"] and column["type"].split("(")[0] not in {"xml"}:
        parts.append(f"collate {column['collation']}")
    if column["identity"]:
        seed, step, _ = column["identity"]
        parts.append(f"identity({seed}, {step})")
    parts.append("null" if column["nullable"] else "not null")
    return " ".join(parts)


def complete(relation: str, details: Mapping[str, Any]) -> list[str]:
    """Statements for keys, indexes, defaults, checks and descriptions, the clustered key first."""
    indexes = sorted(details["indexes"], key=lambda index: index["type"] not in {_CLUSTERED, _COLUMNSTORE})
    found = [_index(relation, index) for index in indexes]
    found += [
        f"alter table {relation} add constraint {quote(name)} default {definition} for {quote(column)}"
        for name, column, definition in details["defaults"]
    ]
    for name, definition, disabled, untrusted in details["checks"]:
        how = "with nocheck" if disabled or untrusted else "with check"
        found.append(f"alter table {relation} {how} add constraint {quote(name)} check {definition}")
        if disabled:
            found.append(f"alter table {relation} nocheck constraint {quote(name)}")
    return found


def _index(relation: str, index: Mapping[str, Any]) -> str:
    keys = ", ".join(f"{quote(name)}{' desc' if descending else ''}" for name, descending in index["keys"])
    name = quote(index["name"])
    if index["constraint"]:
        clustered = "clustered" if index["type"] == _CLUSTERED else "nonclustered"
        return f"alter table {relation} add constraint {name} {index['constraint']} {clustered} ({keys})"
    if index["type"] == _COLUMNSTORE:
        return f"create clustered columnstore index {name} on {relation}"
    if index["type"] == _COLUMNSTORE_BESIDE:
        return (
            f"create nonclustered columnstore index {name} on {relation} ({', '.join(map(quote, index['included']))})"
        )
    kind = f"{'unique ' if index['unique'] else ''}{'clustered' if index['type'] == _CLUSTERED else 'nonclustered'}"
    include = f" include ({', '.join(map(quote, index['included']))})" if index["included"] else ""
    where = f" where {index['filter']}" if index["filter"] else ""
    return f"create {kind} index {name} on {relation} ({keys}){include}{where}"


def connect(relation: str, details: Mapping[str, Any]) -> list[str]:
    """Statements for what reaches beyond the table: references and triggers."""
    found = []
    for key in details["foreign_keys"]:
        here, there = (", ".join(map(quote, key[side])) for side in ("columns", "referenced"))
        how = "with nocheck" if key["disabled"] or key["untrusted"] else "with check"
        actions = "".join(
            f" on {when} {key[when].replace('_', ' ').lower()}"
            for when in ("delete", "update")
            if key[when] != "NO_ACTION"
        )
        target = f"{quote(key['schema'])}.{quote(key['table'])}"
        found.append(
            f"alter table {relation} {how} add constraint {quote(key['name'])} foreign key ({here}) "
            f"references {target} ({there}){actions}"
        )
        if key["disabled"]:
            found.append(f"alter table {relation} nocheck constraint {quote(key['name'])}")
    for name, definition, disabled in details["triggers"]:
        found.append(definition)
        if disabled:
            found.append(f"disable trigger {quote(name)} on {relation}")
    return found


def rights(relation: str, details: Mapping[str, Any]) -> list[str]:
    """Statements for who may do what with the table."""
    found = []
    for state, permission, grantee, column in details["rights"]:
        verb = "grant" if state == "GRANT_WITH_GRANT_OPTION" else state.lower()
        option = " with grant option" if state == "GRANT_WITH_GRANT_OPTION" else ""
        on = f"{relation} ({quote(column)})" if column else relation
        found.append(f"{verb} {permission.lower()} on {on} to {quote(grantee)}{option}")
    return found


def reseed(relation: str, columns: Iterable[Mapping[str, Any]]) -> list[str]:
    """A statement that lets an identity column go on where it was, if there is one."""
    name = "'" + relation.replace("'", "''") + "'"  # a plain literal where one does: Babelfish knows no other here
    return [
        f"dbcc checkident ({name if relation.isascii() else literal(relation)}, reseed, {int(column['identity'][2])})"
        for column in columns
        if column["identity"] and column["identity"][2] is not None
    ]


def describe(schema: str, table: str, properties: Sequence[Sequence[Any]]) -> list[tuple[str, list[object]]]:
    """Calls that leave the extended properties on a table and its columns."""
    found = []
    for name, value, column in properties:
        sql = (
            "exec sys.sp_addextendedproperty @name = ?, @value = ?, @level0type = N'SCHEMA', @level0name = ?, "
            "@level1type = N'TABLE', @level1name = ?"
        )
        values: list[object] = [name, value, schema, table]
        if column:
            sql += ", @level2type = N'COLUMN', @level2name = ?"
            values.append(column)
        found.append((sql, values))
    return found


def add_constraint(relation: str, name: str, check: str | None, unique: Sequence[str] | None) -> str:
    """A statement that adds a check for new rows, or a unique index on the rows that have all values."""
    if check is not None:
        return f"alter table {relation} with nocheck add constraint {quote(name)} check ({check})"
    columns = list(unique or ())
    there = " and ".join(f"{quote(column)} is not null" for column in columns)
    return f"create unique index {quote(name)} on {relation} ({', '.join(map(quote, columns))}) where {there}"


def tripwire(view: str, columns: Sequence[str], message: str) -> str:
    """A view that fails with ``message`` in the server's error, whatever is asked of it: such a text is no number."""
    said = f"cast({literal(message)} as int)"
    listed = ", ".join(f"{said} as {quote(name)}" for name in columns)
    return f"create view {view} as select {listed} from (select 1 as x) as t where {said} = t.x"  # noqa: S608 - all quoted
