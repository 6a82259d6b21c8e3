"""Opens connections from the dbt profile, by dbt-sqlserver's own rules.

The connection string and the Entra ID token come from dbt-sqlserver, so a profile that works for `dbt build` works here
and the other way round, for every authentication it knows: SQL login, service principal, managed identity,
azure-identity's default credential (``auto``), the Azure CLI, ODBC's own ``ActiveDirectory...`` keywords, Windows.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pyodbc

from console import ConfigurationError, redact
from warehouse.errors import ConnectionFailedError
from warehouse.profile import Target
from warehouse.sqlserver.failures import connection_message, is_passing
from warehouse.sqlserver.retries import retry_context

APPLICATION_NAME = "order-list"
_LOGIN_SECONDS = 15
_WAKING_SECONDS = 75.0  # a paused Azure database needs up to a minute to wake
_DOWN_SECONDS = 1.0
#: Servers for which this process waited in vain: what it still writes down or clears away does not wait as long again.
_down: set[str] = set()
_TOKEN_ATTRIBUTE = 1256  # SQL_COPT_SS_ACCESS_TOKEN
_PLACEHOLDER_USER = ("", None)


def connect(target: Target) -> pyodbc.Connection:
    """A new connection that commits by itself, with ``XACT_ABORT`` on: an error never leaves half a transaction.

    Raises:
        ConfigurationError: the profile lacks something.
        ConnectionFailedError: no driver, no server, no database, no right, or a certificate nobody vouches for.
    """
    string, before = connection_settings(target)
    server = f"{target.settings.get('server') or target.settings.get('host')}:{target.settings.get('port')}"
    waking = _DOWN_SECONDS if server in _down else _WAKING_SECONDS
    timeout = int(target.settings.get("login_timeout") or _LOGIN_SECONDS)
    try:
        for attempt in retry_context(on=is_passing, attempts=None, timeout=waking, wait_initial=1, wait_max=10):
            with attempt:
                connection = _opened(string, before, timeout)
    except pyodbc.Error as error:
        if is_passing(error):
            _down.add(server)
        message, hint = connection_message(error, target)
        raise ConnectionFailedError(message, hint=hint) from error
    _down.discard(server)
    connection.timeout = int(target.settings.get("query_timeout") or 0)
    return connection


def _opened(string: str, before: Mapping[int, bytes], timeout: int) -> pyodbc.Connection:
    connection = pyodbc.connect(string, attrs_before=before, autocommit=True, timeout=timeout)
    try:
        cursor = connection.cursor()
        cursor.execute("set xact_abort on")
        cursor.close()
    except pyodbc.Error:  # a server that goes down takes logins to the last
        connection.close()
        raise
    return connection


def connection_settings(target: Target) -> tuple[str, Mapping[int, bytes]]:
    """The ODBC connection string of ``target``, and what must be set before connecting (the Entra ID token).

    Raises:
        ConfigurationError: the profile lacks something.
        ConnectionFailedError: Entra ID gave no token.
    """
    # dbt's import takes a second: only who connects to SQL Server pays for it
    from azure.core.exceptions import AzureError  # noqa: PLC0415
    from dbt.adapters.sqlserver import sqlserver_auth, sqlserver_backend, sqlserver_helpers  # noqa: PLC0415
    from dbt.adapters.sqlserver.sqlserver_credentials import SQLServerCredentials  # noqa: PLC0415
    from dbt_common.exceptions import DbtBaseException  # noqa: PLC0415

    settings = {key: value for key, value in target.settings.items() if key not in {"type", "threads"}}
    try:
        translated: dict[str, Any] = SQLServerCredentials.translate_aliases(settings)
        known = {key: value for key, value in translated.items() if key in SQLServerCredentials.__dataclass_fields__}
        credentials = SQLServerCredentials(**known)
        sqlserver_helpers.validate_connection_requirements(credentials)
        sqlserver_helpers.validate_pyodbc_requirements(credentials)
        string = sqlserver_backend.build_pyodbc_connection_string(credentials)
    except (DbtBaseException, TypeError) as error:
        raise ConfigurationError(
            f"Target '{target.name}' cannot be used: {redact(str(error))}",
            hint="Compare profiles.yml with profiles.example.yml.",
        ) from error
    if credentials.authentication == "sql" and not credentials.windows_login and credentials.UID in _PLACEHOLDER_USER:
        raise ConfigurationError(
            f"Target '{target.name}' has no user.",
            hint="Set ORDER_LIST_SQLSERVER_USER and ORDER_LIST_SQLSERVER_PASSWORD, "
            "or choose another ORDER_LIST_SQLSERVER_AUTHENTICATION.",
        )
    try:
        before = sqlserver_auth.get_pyodbc_attrs_before_credentials(credentials)
    except AzureError as error:
        raise ConnectionFailedError(
            f"Entra ID gave no token for target '{target.name}' "
            f"(authentication '{credentials.authentication}'): {redact(str(error).splitlines()[0])}",
            hint="Sign in (`az login`), or set the variables of the credential: docs/sqlserver.md lists them.",
        ) from error
    # ODBC takes the first of two equal keywords: our own name shows in the server's list of sessions
    return f"APP={APPLICATION_NAME}/{os.getpid()};{string}", before
