"""The run lock on SQL Server: an application lock of a session of its own, kept awake, and its loss noticed.

The server drops it when the process dies. It also drops it when the session ends otherwise: Azure's gateway ends one
that says nothing for 30 minutes, a failover ends all. Then another run may begin, so this one must stop.
"""

from __future__ import annotations

import _thread
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import pyodbc

from console import LockHeldError, say
from warehouse.errors import LockLostError, StatementFailedError
from warehouse.profile import Target
from warehouse.sqlserver.connect import APPLICATION_NAME, connect
from warehouse.sqlserver.failures import first_message, translated

#: Between two looks at the lock. Azure's gateway ends a session that is silent for 30 minutes, some firewalls after 4.
HEARTBEAT_SECONDS = 60.0
_ANSWER_SECONDS = 30
_AGAIN_SECONDS = 30.0
_TRIAL_SECONDS = 20
_held: dict[str, int] = {}


@contextmanager
def run_lock(
    name: str, resource: str, connect: Callable[[], pyodbc.Connection], *, heartbeat_seconds: float | None = None
) -> Iterator[None]:
    """Hold ``resource`` against other sessions; inside this process it may be taken again.

    Args:
        name: the lock among all of this process: server and resource.

    Raises:
        LockHeldError: another run holds it.
        LockLostError: it is gone. What runs in the block is interrupted as by Ctrl-C, and this is raised in its place.
    """
    if _held.get(name):
        _held[name] += 1
        try:
            yield
        finally:
            _held[name] -= 1
        return
    connection = connect()
    try:
        _take(connection, resource)
        _held[name] = 1
        heartbeat = _Heartbeat(connection, resource, heartbeat_seconds or HEARTBEAT_SECONDS)
        try:
            with _interruptible(heartbeat):
                yield
        except KeyboardInterrupt:
            if heartbeat.loss is None:
                raise
        finally:
            heartbeat.stop()
            del _held[name]
            if heartbeat.loss is None:
                _release(connection, resource)
        if heartbeat.loss is not None:
            raise _lost(heartbeat.loss)
    finally:
        with suppress(pyodbc.Error):  # it may be gone already
            connection.close()


class _Heartbeat:
    """A thread that asks the lock's session again and again whether it still holds the lock."""

    def __init__(self, connection: pyodbc.Connection, resource: str, seconds: float) -> None:
        self.loss: str | None = None
        self.interrupt: Callable[[], None] | None = None
        self._connection, self._resource, self._seconds = connection, resource, seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="run lock", daemon=True)
        with suppress(pyodbc.Error, AttributeError):  # not every driver can; then the network's own limit holds
            connection.timeout = _ANSWER_SECONDS
        self._thread.start()

    def stop(self) -> None:
        """Stop asking; afterwards the session is free for other statements."""
        self._over.set()
        self._thread.join(_ANSWER_SECONDS + 5)

    def _beat(self) -> None:
        while not self._over.wait(self._seconds):
            if why := self._why_lost():
                self.loss = why
                say(f"The run lock is gone ({why}): this run stops.", level=logging.ERROR)
                while not self._over.is_set():
                    if self.interrupt:
                        self.interrupt()
                    # again: an interrupt within the driver's own connect is lost
                    self._over.wait(_AGAIN_SECONDS)
                return

    def _why_lost(self) -> str | None:
        try:
            cursor = self._connection.execute("select applock_mode('public', ?, 'Session')", self._resource)
            mode = str(cursor.fetchone()[0])
            cursor.close()
        except pyodbc.Error as error:
            return first_message(error)
        return None if mode == "Exclusive" else f"the server says '{mode}'"


@contextmanager
def _interruptible(heartbeat: _Heartbeat) -> Iterator[None]:
    """Let the heartbeat interrupt the block, if that runs in the main thread: no other can be."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if not hasattr(signal, "pthread_kill"):  # Windows, where a wait goes on until it ends
        heartbeat.interrupt = _thread.interrupt_main
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt(f"The run lock is gone: {heartbeat.loss}.")

    # a signal of our own: SIGINT is ignored in what a shell starts in the background
    number, main = signal.SIGUSR2, threading.main_thread().ident or 0
    before = signal.signal(number, stop)
    heartbeat.interrupt = lambda: signal.pthread_kill(main, number)  # also ends a wait for a child or the network
    try:
        yield
    finally:
        try:
            heartbeat.stop()  # first: without our handler the signal would end the process
        finally:
            signal.signal(number, before)


def _lost(why: str) -> LockLostError:
    return LockLostError(
        f"The run lock was lost ({why}), so this run stopped: another one may be at work by now.",
        hint="What was finished is kept. Run it again; if it happens often, ask what ends the sessions of this server.",
    )


def _take(connection: pyodbc.Connection, resource: str) -> None:
    with translated():
        cursor = connection.execute(
            "set nocount on; declare @outcome int; "
            "exec @outcome = sp_getapplock @Resource = ?, @LockMode = 'Exclusive', @LockOwner = 'Session', "
            "@LockTimeout = 0; select @outcome",
            resource,
        )
        while cursor.description is None and cursor.nextset():
            pass  # a lock that is refused may come with a message of its own before the outcome
        outcome = cursor.fetchone()[0]
    if outcome < 0:
        raise LockHeldError(
            f"Another run is at work on this target ({_owner(connection)}).", hint="Wait for it to end, or stop it."
        )
    cursor.close()


def _release(connection: pyodbc.Connection, resource: str) -> None:
    with suppress(pyodbc.Error):  # the session is gone, and the lock with it
        connection.execute("exec sp_releaseapplock @Resource = ?, @LockOwner = 'Session'", resource)


def _owner(connection: pyodbc.Connection) -> str:
    """Who holds it, as far as the login may see: other sessions need VIEW SERVER STATE."""
    try:
        rows = connection.execute(
            "select s.session_id, s.host_name, s.program_name, s.login_time from sys.dm_exec_sessions as s "
            "where s.program_name like ? and s.session_id <> @@spid order by s.login_time",
            f"{APPLICATION_NAME}/%",
        ).fetchall()
    except pyodbc.Error as error:
        return f"owner unknown: {first_message(error)}"
    if not rows:
        return "owner unknown: this login may not see other sessions"
    return "; ".join(
        f"{program} on {host} since {login:%Y-%m-%d %H:%M} server time" for _, host, program, login in rows
    )


def lock_trial(target: Target) -> str:
    """Whether the run lock works on a target's server: what was seen, in words.

    Raises:
        StatementFailedError: it does not.
    """
    return trial(lambda: connect(target), f"{APPLICATION_NAME}:{target.schema}:trial")


def trial(connect: Callable[[], pyodbc.Connection], resource: str) -> str:
    """Take a lock that nobody else uses, see that another session is kept out, and end its session under it.

    Raises:
        StatementFailedError: one of these did not go as it must.
    """
    opened: list[pyodbc.Connection] = []

    def opening() -> pyodbc.Connection:
        opened.append(connect())
        return opened[-1]

    try:
        with run_lock(resource, resource, opening, heartbeat_seconds=0.2):
            other = connect()
            try:
                _take(other, resource)
            except LockHeldError:
                pass
            else:
                raise StatementFailedError("A second session got the lock that the first one holds.")
            finally:
                other.close()
            opened[0].close()
            time.sleep(_TRIAL_SECONDS)
    except LockLostError:
        return "a second session was kept out, and the end of the first one was noticed"
    raise StatementFailedError(f"The end of the lock's session was not noticed within {_TRIAL_SECONDS} seconds.")
