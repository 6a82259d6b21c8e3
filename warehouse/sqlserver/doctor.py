"""What a target on SQL Server needs, checked one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyodbc

from console import Finding, OrderListError, Verdict
from warehouse.sqlserver.rights import RIGHTS, grant
from warehouse.sqlserver.session import SQLServerSession
from warehouse.sqlserver.statements import quote
from warehouse.sqlserver.warehouse import SQLServerWarehouse

_OLDEST_MAJOR = 15  # SQL Server 2019
_OLDEST_LEVEL = 150
#: SERVERPROPERTY('EngineEdition'): what is versioned by year is asked for its version, what is a service is not.
_SERVICES = {5: "Azure SQL Database", 8: "Azure SQL Managed Instance", 12: "SQL database in Microsoft Fabric"}
_WAREHOUSES = {
    6: "Azure Synapse (dedicated pool)",
    11: "Azure Synapse (serverless) or a Fabric warehouse",
}
_LOW_SPACE_MB = 1024
_HIGH_LOG_PERCENT = 80.0


def examine(warehouse: SQLServerWarehouse) -> list[Finding]:
    """Every check that can be made. One that fails hides none of the others but those that need a connection."""
    findings = [_driver(warehouse)]
    try:
        with warehouse.session() as session:
            findings.append(Finding("connection", "ok", _where(session)))
            for check in _CHECKS:
                findings.extend(_guarded(check, session, warehouse))
    except OrderListError as error:
        findings.append(Finding("connection", "missing", error.message, error.hint))
    return findings


def _driver(warehouse: SQLServerWarehouse) -> Finding:
    wanted = str(warehouse.target.settings.get("driver", ""))
    registered = sorted(pyodbc.drivers())
    if wanted in registered or wanted.startswith(("/", "{/")):
        return Finding("driver", "ok", wanted)
    return Finding(
        "driver",
        "missing",
        f"'{wanted}' is not registered (there are: {', '.join(registered) or 'none'})",
        "Run `make sqlserver-driver`, or name another driver in ORDER_LIST_SQLSERVER_DRIVER.",
    )


def _where(session: SQLServerSession) -> str:
    row = session.rows("select @@servername, db_name(), suser_sname(), user_name()")[0]
    return f"server {row[0]}, database {row[1]}, login {row[2]}, user {row[3]}"


def _guarded(check: Check, session: SQLServerSession, warehouse: SQLServerWarehouse) -> list[Finding]:
    try:
        return list(check(session, warehouse))
    except OrderListError as error:
        return [Finding(check.__name__.strip("_").replace("_", " "), "warning", f"cannot be read: {error.message}")]


def _version(session: SQLServerSession, _: SQLServerWarehouse) -> Iterator[Finding]:
    row = session.rows(
        "select cast(serverproperty('ProductVersion') as nvarchar(64)), cast(serverproperty('EngineEdition') as int)"
    )[0]
    version, edition = str(row[0]), int(row[1] or 0)
    major = int(version.split(".", maxsplit=1)[0])
    if edition in _WAREHOUSES:
        yield Finding(
            "version",
            "missing",
            f"{_WAREHOUSES[edition]} is no database for single rows: it lacks the keys and locks used here",
            "Use Azure SQL Database, a Managed Instance, a SQL database in Fabric, or SQL Server 2019 or newer.",
        )
    elif edition in _SERVICES:
        yield Finding("version", "ok", f"{_SERVICES[edition]} ({version})")
    elif major >= _OLDEST_MAJOR:
        yield Finding("version", "ok", version)
    else:
        yield Finding("version", "missing", f"{version} is older than SQL Server 2019", "Use SQL Server 2019 or newer.")


def _database(session: SQLServerSession, _: SQLServerWarehouse) -> Iterator[Finding]:
    row = session.rows(
        "select compatibility_level, collation_name, is_read_committed_snapshot_on from sys.databases "
        "where name = db_name()"
    )[0]
    level, collation, snapshot = int(row[0]), str(row[1]), bool(row[2])
    if level >= _OLDEST_LEVEL:
        yield Finding("compatibility level", "ok", str(level))
    else:
        yield Finding(
            "compatibility level",
            "missing",
            f"{level}; {_OLDEST_LEVEL} is needed",
            f"ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = {_OLDEST_LEVEL}",
        )
    kind = "case-sensitive" if "_CS" in collation or "_BIN" in collation else "case-insensitive"
    yield Finding("collation", "ok", f"{collation} ({kind})")
    if snapshot:
        yield Finding("readers during a build", "ok", "READ_COMMITTED_SNAPSHOT is on: readers wait for renames only")
    else:
        yield Finding(
            "readers during a build",
            "warning",
            "READ_COMMITTED_SNAPSHOT is off: readers wait while a table is refreshed",
            "ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE",
        )


def _rights(session: SQLServerSession, warehouse: SQLServerWarehouse) -> Iterator[Finding]:
    schema = warehouse.schema
    name = quote(schema)
    exists = bool(session.rows("select 1 from sys.schemas where lower(name) = lower(?)", [schema]))
    if not exists:
        may = _may(session, None, "DATABASE", "CREATE SCHEMA")
        yield Finding(
            "schema",
            "ok" if may else "missing",
            f"'{schema}' is not there yet; dbt creates it" if may else f"'{schema}' is not there",
            None if may else f"CREATE SCHEMA {name}",
        )
    for right in RIGHTS:
        if right.on_schema and not exists:
            continue
        granted = _may(
            session, name if right.on_schema else None, "SCHEMA" if right.on_schema else "DATABASE", right.permission
        )
        check = f"right: {right.permission}" + (f" on schema {schema}" if right.on_schema else "")
        if granted:
            yield Finding(check, "ok", "granted")
        else:
            hint = grant(right, schema, "[the user of this login]")
            yield Finding(check, "missing", f"not granted; it is needed {right.wanted_for}", hint)


def _schema(session: SQLServerSession, warehouse: SQLServerWarehouse) -> Iterator[Finding]:
    """Whether the target's schema is the login's own, and whether the login sees who owns it."""
    schema = warehouse.schema
    default = str(session.rows("select schema_name()")[0][0])
    if default.lower() == schema.lower():
        yield Finding("default schema", "ok", f"{default}, as the target's")
    else:
        yield Finding(
            "default schema",
            "ok",
            f"{default}; the target's is {schema}, which the programs name: only a query by hand reads the other",
        )
    if not schema.isascii():
        yield Finding(
            "schema name",
            "missing",
            f"'{schema}' holds letters that dbt-sqlserver sends in the database's code page",
            "Use a schema named in ASCII.",
        )
    owner = session.rows(
        "select p.name from sys.schemas as s left join sys.database_principals as p on s.principal_id = p.principal_id "
        "where lower(s.name) = lower(?)",
        [schema],
    )
    if owner and owner[0][0] is None:
        yield Finding(
            "schema owner",
            "warning",
            "this login may not see who owns the schema, and `dbt docs generate` then lists nothing",
            f"ALTER AUTHORIZATION ON SCHEMA::{quote(schema)} TO dbo",
        )


def _may(session: SQLServerSession, securable: str | None, kind: str, permission: str) -> bool:
    row = session.rows(
        "select has_perms_by_name(coalesce(?, quotename(db_name())), ?, ?)", [securable, kind, permission]
    )
    return bool(row[0][0] == 1)


def _log_space(session: SQLServerSession, _: SQLServerWarehouse) -> Iterator[Finding]:
    row = session.rows(
        "select total_log_size_in_bytes / 1048576, cast(used_log_space_in_percent as decimal(5, 1)) "
        "from sys.dm_db_log_space_usage"
    )[0]
    used = float(row[1])
    found = f"{row[0]} MB, {used} % used"
    if used < _HIGH_LOG_PERCENT:
        yield Finding("log space", "ok", found)
    else:
        yield Finding("log space", "warning", found, "Back up the log, or let it grow.")


def _tempdb_space(session: SQLServerSession, _: SQLServerWarehouse) -> Iterator[Finding]:
    free = session.rows("select sum(unallocated_extent_page_count) * 8 / 1024 from tempdb.sys.dm_db_file_space_usage")[
        0
    ][0]
    verdict: Verdict = "ok" if int(free or 0) >= _LOW_SPACE_MB else "warning"
    yield Finding(
        "tempdb space",
        verdict,
        f"{free} MB free in its files",
        None if verdict == "ok" else "Check that its files may grow.",
    )


Check = Callable[[SQLServerSession, SQLServerWarehouse], Iterator[Finding]]
_CHECKS: tuple[Check, ...] = (_version, _database, _rights, _schema, _log_space, _tempdb_space)
