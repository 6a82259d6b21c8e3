"""A database and a login for the live tests, as an administrator makes them, with the documented rights and no more.

    python -m tests.sqlserver_live.prepare --collation Latin1_General_CS_AS --rcsi off

The administrator is ORDER_LIST_TEST_ADMIN_USER and _PASSWORD; server, database and login come from the
ORDER_LIST_SQLSERVER_ variables. The login's default schema is none that the project uses.
"""

from __future__ import annotations

import argparse
import os
from typing import Any

from tests.project import ROOT
from warehouse import Target, open_warehouse
from warehouse.sqlserver import rights
from warehouse.sqlserver.statements import literal, quote

_VARIABLE = "ORDER_LIST_SQLSERVER_"
_ADMIN = "ORDER_LIST_TEST_ADMIN_"
#: Where a query by hand would look that names no schema.
DEFAULT_SCHEMA = "elsewhere"


def as_admin(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of a target with the administrator's login, or as they are where none is named."""
    if _ADMIN + "USER" not in os.environ:
        return settings
    return {**settings, "user": os.environ[_ADMIN + "USER"], "password": os.environ[_ADMIN + "PASSWORD"]}


def grants(schema: str) -> list[str]:
    """What the administrator lets the tests' login do in ``schema``; nothing where that is the administrator."""
    return rights.grants(schema, os.environ[_VARIABLE + "USER"]) if _ADMIN + "USER" in os.environ else []


def settings(database: str) -> dict[str, Any]:
    """The settings of a target on the tests' server, for its administrator."""
    return as_admin({
        "type": "sqlserver",
        "driver": os.environ.get(_VARIABLE + "DRIVER", "ODBC Driver 18 for SQL Server"),
        "server": os.environ.get(_VARIABLE + "HOST", "localhost"),
        "port": int(os.environ.get(_VARIABLE + "PORT", "1433")),
        "database": database,
        "schema": "dbo",
        "authentication": "sql",
        "encrypt": True,
        "trust_cert": os.environ.get(_VARIABLE + "TRUST_CERT", "false").lower() == "true",
    })  # fmt: skip


def main() -> None:
    """Make the database and the login anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collation", required=True)
    parser.add_argument("--rcsi", choices=["on", "off"], required=True)
    chosen = parser.parse_args()
    database, user = os.environ[_VARIABLE + "DATABASE"], os.environ[_VARIABLE + "USER"]
    password = os.environ[_VARIABLE + "PASSWORD"]
    _run("master", [
        f"create database {quote(database)} collate {chosen.collation}",
        f"alter database {quote(database)} set read_committed_snapshot {chosen.rcsi} with rollback immediate",
        f"create login {quote(user)} with password = {literal(password)}",
    ])  # fmt: skip
    _run(database, [
        f"create schema {DEFAULT_SCHEMA}",
        f"create user {quote(user)} for login {quote(user)} with default_schema = {DEFAULT_SCHEMA}",
    ])  # fmt: skip


def _run(database: str, statements: list[str]) -> None:
    with open_warehouse(Target("prod", "sqlserver", "dbo", settings(database), ROOT)).session() as session:
        for statement in statements:
            session.execute(statement)


if __name__ == "__main__":
    main()
