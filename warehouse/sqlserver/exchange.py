"""A connection that repeats what may be repeated, and transactions on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

import pyodbc

from warehouse.sqlserver import failures
from warehouse.sqlserver.retries import retry_context

Result = TypeVar("Result")
_ATTEMPTS = 4
_LOCK_MILLISECONDS = 2_000
_BRIEF_ATTEMPTS = 60


class Exchange:
    """One connection.

    A statement that lost a deadlock (1205) was rolled back by the server and is sent again, unless it stands in a
    transaction: then the whole transaction is gone and its owner must begin anew. After a lost connection only what may
    be done twice is sent again (queries, upserts, "create if missing"), on a new connection.
    """

    def __init__(self, connect: Callable[[], pyodbc.Connection]) -> None:
        self._connect = connect
        self._connection = connect()
        self._in_transaction = False

    def close(self) -> None:
        """Close the connection; what was not committed is rolled back."""
        with suppress(pyodbc.Error):  # it was gone already
            self._connection.close()

    def run(
        self, work: Callable[[pyodbc.Cursor], Result], *, repeatable: bool = True, keep_open: bool = False
    ) -> Result:
        """Do ``work`` with a cursor, again where that is safe (see the class)."""

        def safe_to_repeat(error: Exception) -> bool:
            if self._in_transaction:
                return False
            return failures.is_deadlock(error) or (repeatable and failures.is_lost(error))

        with failures.translated():
            for attempt in retry_context(
                on=safe_to_repeat, attempts=_ATTEMPTS, timeout=None, wait_initial=0.1, wait_max=5
            ):
                with attempt:
                    if attempt.num > 1 and self._connection_is_gone():
                        self._connection = self._connect()
                    cursor = self._connection.cursor()
                    try:
                        result = work(cursor)
                    except BaseException:
                        cursor.close()
                        raise
                    if not keep_open:
                        cursor.close()
        return result

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end, roll back on an error."""
        self._in_transaction = True
        try:
            with failures.translated():
                self._connection.autocommit = False
                yield
                self._connection.commit()
        except BaseException:
            with suppress(pyodbc.Error):  # the server rolled back with the connection
                self._connection.rollback()
            raise
        finally:
            self._in_transaction = False
            with suppress(pyodbc.Error):  # a dead connection: the next statement says so
                self._connection.autocommit = True

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Never commit: after an error the driver begins the next transaction by itself, and none ends but here."""
        self._in_transaction = True
        try:
            with failures.translated():
                self._connection.autocommit = False
            yield
        finally:
            with suppress(pyodbc.Error):  # the server rolled back with the connection
                self._connection.rollback()
                self._connection.autocommit = True
            self._in_transaction = False

    @contextmanager
    def transaction_unless_one_runs(self) -> Iterator[None]:
        """A transaction of its own, or the one that runs already."""
        if self._in_transaction:
            yield
        else:
            with self.transaction():
                yield

    def briefly(self, work: Callable[[], None]) -> None:
        """Do ``work`` in a transaction that waits for each lock for two seconds only, and begins anew if it must.

        Who asks for a table while we wait for it waits behind us, so we step back and let the others read.

        Raises:
            StatementFailedError: somebody kept the table for some minutes.
        """
        for attempt in retry_context(
            on=failures.may_begin_anew, attempts=_BRIEF_ATTEMPTS, timeout=None, wait_initial=1, wait_max=4
        ):
            with attempt:
                self._wait_for_locks(_LOCK_MILLISECONDS)
                try:
                    with self.transaction():
                        work()
                finally:
                    with suppress(Exception):  # a dead connection: the next one has its own settings
                        self._wait_for_locks(-1)

    def _wait_for_locks(self, milliseconds: int) -> None:
        self.run(lambda cursor: cursor.execute(f"set lock_timeout {milliseconds}"))

    def _connection_is_gone(self) -> bool:
        try:
            self._connection.cursor().execute("select 1").close()
        except pyodbc.Error:
            self.close()
            return True
        return False
