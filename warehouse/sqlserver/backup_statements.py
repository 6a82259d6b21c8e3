"""The server's own backup of the whole database: statements, and which services have none."""

from __future__ import annotations

from warehouse.sqlserver.statements import literal, quote

#: The database, and SERVERPROPERTY('EngineEdition').
PLACE = "select db_name(), cast(serverproperty('EngineEdition') as int)"
#: Services that restore to a point in time by themselves and take no BACKUP DATABASE: Azure SQL Database, Synapse,
#: Fabric.
WITHOUT = frozenset({5, 6, 11, 12})


def back_up(database: str, file: str, name: str) -> str:
    """Back up the database to a file of the server, or to a blob's address; no chain of other backups is disturbed."""
    device = "url" if file.lower().startswith("https://") else "disk"
    return (
        f"backup database {quote(database)} to {device} = {literal(file)} "
        f"with copy_only, checksum, init, name = {literal(name)}"
    )
