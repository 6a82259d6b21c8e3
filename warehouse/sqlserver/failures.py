"""What the driver's errors mean, and what a person can do about them. Pure."""

from __future__ import annotations

import re

import pyodbc

from console import redact
from warehouse.profile import Target

DEADLOCK = 1205
# what passes by itself: failover, resume, throttling (Microsoft's list of transient errors of Azure SQL)
_PASSING = {926, 4221, 10928, 10929, 40143, 40197, 40501, 40540, 40613, 42108, 42109, 49918, 49919, 49920}
_NO_RIGHT = {229, 230, 262, 297, 300, 371, 916, 2760, 15151, 15247}
_LOST_STATES = {"08S01", "08003", "08007", "01002"}
_NATIVE = re.compile(r"\((\d+)\)")
_PREFIX = re.compile(r"^(?:\[[^\]]*\]\s*)+")
_CERTIFICATE = re.compile(r"(?i)certificate|SSL Provider|SSL routines|self.signed")


def state(error: BaseException) -> str:
    """The SQLSTATE of a driver error, or an empty text."""
    return str(error.args[0]) if error.args else ""


def numbers(error: BaseException) -> set[int]:
    """The server's error numbers in a driver error."""
    return {int(number) for number in _NATIVE.findall(text(error))}


def text(error: BaseException) -> str:
    """The whole message of a driver error."""
    return str(error.args[1]) if len(error.args) > 1 else str(error)


def first_sentence(error: BaseException) -> str:
    """The message without the driver's prefixes, in one line and without secrets."""
    whole = _PREFIX.sub("", text(error)).split("; [")[0]
    return redact(re.sub(r"\s*\(\d+\)\s*(\(SQL\w+\))?\s*$", "", " ".join(whole.split()))).rstrip(".")


def is_deadlock(error: BaseException) -> bool:
    """The server chose us as the victim; it rolled our transaction back."""
    return isinstance(error, pyodbc.Error) and (state(error) == "40001" or DEADLOCK in numbers(error))


def is_lost(error: BaseException) -> bool:
    """The connection is gone; whether the last statement took effect is unknown."""
    return isinstance(error, pyodbc.Error) and (state(error) in _LOST_STATES or bool(_PASSING & numbers(error)))


def is_passing(error: BaseException) -> bool:
    """Connecting failed for a reason that passes by itself."""
    return isinstance(error, pyodbc.Error) and bool(_PASSING & numbers(error))


def connection_sentence(error: BaseException, target: Target) -> tuple[str, str]:  # noqa: PLR0911 - one for each cause
    """What is wrong when a connection cannot be opened, and how to mend it."""
    host = f"{target.settings.get('server') or target.settings.get('host')}:{target.settings.get('port', 1433)}"
    driver, database = target.settings.get("driver"), target.settings.get("database")
    code, found, said = state(error), numbers(error), text(error)
    if code in {"IM002", "IM003", "IM004"} or "Can't open lib" in said or "Data source name not found" in said:
        drivers = ", ".join(sorted(pyodbc.drivers())) or "none"
        return (
            f"The ODBC driver '{driver}' is not there (registered: {drivers}).",
            "Run `make sqlserver-driver`, or name another driver in ORDER_LIST_SQLSERVER_DRIVER.",
        )
    if 18456 in found or code == "28000":  # noqa: PLR2004 - the server's number for a failed login
        if 4060 in found:  # noqa: PLR2004
            return _no_database(database, host)
        return (
            f"{host} does not accept the login: {first_sentence(error)}.",
            "Check ORDER_LIST_SQLSERVER_USER, _PASSWORD and _AUTHENTICATION.",
        )
    if 4060 in found or 911 in found or re.search(r'database "?.*"? does not exist', said):  # noqa: PLR2004
        return _no_database(database, host)
    if _CERTIFICATE.search(said):
        return (
            f"{host} shows a certificate that nobody here vouches for: {first_sentence(error)}.",
            "Install its certificate authority, or, for a server you know on a network you trust, "
            "set ORDER_LIST_SQLSERVER_TRUST_CERT=true.",
        )
    if found & _NO_RIGHT:
        return (f"The login may not work on {host}: {first_sentence(error)}.", _GRANT)
    return (
        f"{host} cannot be reached: {first_sentence(error)}.",
        "Check ORDER_LIST_SQLSERVER_HOST and _PORT, that the server runs, and that its firewall lets this machine in.",
    )


def statement_sentence(error: BaseException) -> tuple[str, str | None]:
    """What is wrong when the server refuses a statement."""
    if numbers(error) & _NO_RIGHT:
        return f"The login lacks a right: {first_sentence(error)}.", _GRANT
    return f"SQL Server refused a statement: {first_sentence(error)}.", None


_GRANT = "Run `pipeline doctor`: it lists the rights that are missing, with the statement that grants each."


def _no_database(database: object, host: str) -> tuple[str, str]:
    return (
        f"{host} has no database '{database}' that this login may open.",
        "Create it, grant the login a user in it, or correct ORDER_LIST_SQLSERVER_DATABASE.",
    )
