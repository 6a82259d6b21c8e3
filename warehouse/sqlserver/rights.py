"""What a login needs for everything this project does on SQL Server: landing, build, docs, snapshot, push, maintenance.

The doctor checks it, docs/sqlserver.md names it, GitHub Actions signs in with it, and no statement needs more: a test
reads what dbt sends.
"""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.sqlserver.statements import quote


@dataclass(frozen=True, slots=True)
class Right:
    """A permission, on the schema or on the whole database, and what would not work without it."""

    permission: str
    on_schema: bool
    wanted_for: str


RIGHTS = (
    Right("CREATE TABLE", on_schema=False, wanted_for="to land workbooks and build tables"),
    Right("CREATE VIEW", on_schema=False, wanted_for="to build views and run tests"),
    Right(
        "ALTER",
        on_schema=True,
        wanted_for="to replace tables, to index and to mark them, and to read a view's definition",
    ),
    Right("SELECT", on_schema=True, wanted_for="to build and to push"),
    Right("INSERT", on_schema=True, wanted_for="to land, to build and to keep the ledger"),
    Right("UPDATE", on_schema=True, wanted_for="to keep the ledger and snapshots"),
    Right("DELETE", on_schema=True, wanted_for="to keep the ledger"),
)


def grant(right: Right, schema: str, user: str) -> str:
    """The statement that gives ``right`` to ``user`` (quoted)."""
    on = f" ON SCHEMA::{quote(schema)}" if right.on_schema else ""
    return f"GRANT {right.permission}{on} TO {user}"


def grants(schema: str, user: str) -> list[str]:
    """All statements that a database administrator runs once for ``user``, a name."""
    return [grant(right, schema, quote(user)) for right in RIGHTS]
