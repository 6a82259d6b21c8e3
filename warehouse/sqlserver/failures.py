"""What the driver's errors mean, and what a person can do about them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pyodbc

from console import redact
from warehouse.errors import ConnectionLostError, StatementFailedError
from warehouse.passing import DEADLOCK, LATE_STATES, LOCK_TIMEOUT, LOST_STATES, PASSING, numbers_in
from warehouse.profile import Target
from warehouse.sqlserver.statements import KEPT_TURN

_NO_RIGHT = {229, 230, 262, 297, 300, 371, 916, 2760, 15151, 15247}
#: A table, and an index, of that name is there.
_THERE = {2714, 1913}
_PREFIX = re.compile(r"^(?:\[[^\]]*\]\s*)+")
_FILE = re.compile(r"Can't open lib '([^']+)'")
_CERTIFICATE = re.compile(r"(?i)certificate|SSL Provider|SSL routines|self.signed")


def state(error: BaseException) -> str:
    """The SQLSTATE of a driver error, or an empty text."""
    return str(error.args[0]) if error.args else ""


def numbers(error: BaseException) -> set[int]:
    """The server's error numbers in a driver error."""
    return numbers_in(text(error))


def text(error: BaseException) -> str:
    """The whole message of a driver error."""
    return str(error.args[1]) if len(error.args) > 1 else str(error)


def first_message(error: BaseException) -> str:
    """The message without the driver's prefixes, in one line and without secrets."""
    whole = _PREFIX.sub("", text(error)).split("; [")[0]
    return redact(re.sub(r"\s*\(\d+\)\s*(\(SQL\w+\))?\s*$", "", " ".join(whole.split()))).rstrip(".")


def is_deadlock(error: BaseException) -> bool:
    """The server chose us as the victim; it rolled our transaction back."""
    return isinstance(error, pyodbc.Error) and (state(error) == "40001" or DEADLOCK in numbers(error))


def is_lost(error: BaseException) -> bool:
    """The connection is gone; whether the last statement took effect is unknown."""
    return isinstance(error, pyodbc.Error) and (state(error) in LOST_STATES or bool(PASSING & numbers(error)))


def is_passing(error: BaseException) -> bool:
    """Connecting failed for a reason that passes by itself: a server that wakes up answers late, or not yet."""
    return is_lost(error) or (isinstance(error, pyodbc.Error) and state(error) in LATE_STATES)


def is_kept_waiting(error: BaseException) -> bool:
    """A lock was not given within LOCK_TIMEOUT."""
    return isinstance(error, pyodbc.Error) and LOCK_TIMEOUT in numbers(error)


def is_there_already(error: BaseException) -> bool:
    """What was to be created is there."""
    return isinstance(error, pyodbc.Error) and bool(_THERE & numbers(error))


def may_begin_anew(error: Exception) -> bool:
    """Whether a transaction that failed with ``error`` (or a sentence made of it) left nothing and may be repeated."""
    cause = error.__cause__ or error
    return is_kept_waiting(cause) or is_deadlock(cause)


@contextmanager
def translated() -> Iterator[None]:
    """Driver errors as sentences."""
    try:
        yield
    except pyodbc.Error as error:
        if is_deadlock(error) or is_lost(error):
            raise ConnectionLostError(
                f"The database broke off: {first_message(error)}.",
                hint="Nothing of the transaction was kept. Run the command again.",
            ) from error
        message, hint = statement_message(error)
        raise StatementFailedError(message, hint=hint) from error


def connection_message(error: BaseException, target: Target) -> tuple[str, str]:  # noqa: PLR0911 - one for each cause
    """What is wrong when a connection cannot be opened, and how to fix it."""
    host = f"{target.settings.get('server') or target.settings.get('host')}:{target.settings.get('port', 1433)}"
    driver, database = target.settings.get("driver"), target.settings.get("database")
    code, found, said = state(error), numbers(error), text(error)
    if code in {"IM002", "IM003", "IM004"} or "Can't open lib" in said or "Data source name not found" in said:
        drivers = pyodbc.drivers()
        if driver in drivers:  # the environment that it was registered from is gone
            file = _FILE.search(said)
            why = f"is registered, but its file cannot be opened: {file[1] if file else first_message(error)}"
        else:
            why = f"is not there (registered: {', '.join(sorted(drivers)) or 'none'})"
        return (
            f"The ODBC driver '{driver}' {why}.",
            "Run `make sqlserver-driver`, or name another driver in ORDER_LIST_SQLSERVER_DRIVER.",
        )
    if 18456 in found or code == "28000":  # noqa: PLR2004 - the server's number for a failed login
        if 4060 in found:  # noqa: PLR2004
            return _no_database(database, host)
        return (
            f"{host} does not accept the login: {first_message(error)}.",
            "Check ORDER_LIST_SQLSERVER_USER, _PASSWORD and _AUTHENTICATION.",
        )
    if 4060 in found or 911 in found or re.search(r'database "?.*"? does not exist', said):  # noqa: PLR2004
        return _no_database(database, host)
    if _CERTIFICATE.search(said):
        return (
            f"{host} shows a certificate that nobody here vouches for: {first_message(error)}.",
            "Install its certificate authority, or, for a server you know on a network you trust, "
            "set ORDER_LIST_SQLSERVER_TRUST_CERT=true.",
        )
    if found & _NO_RIGHT:
        return (f"The login may not work on {host}: {first_message(error)}.", _GRANT)
    return (
        f"{host} cannot be reached: {first_message(error)}.",
        "Check ORDER_LIST_SQLSERVER_HOST and _PORT, that the server runs, and that its firewall lets this machine in.",
    )


def statement_message(error: BaseException) -> tuple[str, str | None]:
    """What is wrong when the server refuses a statement."""
    if numbers(error) & _NO_RIGHT:
        return f"The login lacks a right: {first_message(error)}.", _GRANT
    if KEPT_TURN in text(error):
        return f"{first_message(error)}.", "Wait for it to end, or stop it, and run this again."
    if is_kept_waiting(error):
        return (
            f"Somebody kept a table that is to be replaced: {first_message(error)}.",
            "Look for a query that runs for minutes, and run this again.",
        )
    return f"SQL Server refused a statement: {first_message(error)}.", None


_GRANT = "Run `pipeline doctor`: it lists the rights that are missing, with the statement that grants each."


def _no_database(database: object, host: str) -> tuple[str, str]:
    return (
        f"{host} has no database '{database}' that this login may open.",
        "Create it, grant the login a user in it, or correct ORDER_LIST_SQLSERVER_DATABASE.",
    )
