"""Processes that work for one of our programs. Imported only where there is work for some: most runs need none."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from console.journal import LOGGER, repeat

Task = TypeVar("Task")
Result = TypeVar("Result")

#: Windows cannot wait for more.
_MOST = 61
#: A worker has its next task before it has given the result of the last: it need not wait while we use that.
_AHEAD = 2
_START_SECONDS = 120.0
_MOST_FAILED_STARTS = 3
#: Spawned, not forked: the parent may have threads (DuckDB, Arrow), and Windows and macOS know no other way.
_SPAWN = multiprocessing.get_context("spawn")


def worker_pool(processes: int) -> ProcessPoolExecutor:
    """A pool of so many processes, each of which ends with its parent, however that ends."""
    return ProcessPoolExecutor(min(processes, _MOST), mp_context=_SPAWN, initializer=_watch_parent)


class Death(Enum):
    """What became of a worker instead of a result."""

    DIED = "died"
    HUNG = "hung"


class MortalWorkers(Generic[Task, Result]):
    """Processes whose tasks may kill them: it costs the task, and the others go on in another process.

    A context: the processes start with it, and none is left behind it. (``ProcessPoolExecutor`` breaks as a whole when
    a process dies, and knows no time limit for a running task.)

    Args:
        do: what is done with a task, in a worker; importable, like ``begin``.
        begin: what each worker does first.
    """

    def __init__(self, do: Callable[[Task], Result], begin: Callable[[], None], processes: int) -> None:
        self._do, self._begin = do, begin
        self._failed_starts = 0
        self._workers = [self._start() for _ in range(max(1, min(processes, _MOST)))]

    def __enter__(self) -> MortalWorkers[Task, Result]:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.end()

    def results(self, tasks: Sequence[Task], seconds: float) -> Iterator[tuple[Task, Result | Death, float]]:
        """Each task, in any order, with its result or how its worker died, and after how many seconds.

        Args:
            seconds: that a task may take.
        """
        todo = deque(tasks)
        while todo or any(worker.tasks for worker in self._workers):
            self._give(todo)
            busy = [worker for worker in self._workers if worker.tasks]
            next_end = min(worker.since + (seconds if worker.ready else _START_SECONDS) for worker in busy)
            said = set(wait([w.connection for w in busy], timeout=max(0.0, next_end - time.monotonic())))
            for worker in busy:
                if worker.connection in said:
                    outcome = worker.message()
                    if isinstance(outcome, _Said):  # on the way to its result
                        repeat(outcome.level, outcome.message, outcome.facts, screen=outcome.screen)
                        continue
                elif time.monotonic() > worker.since + (seconds if worker.ready else _START_SECONDS):
                    outcome = Death.HUNG
                else:
                    continue
                if not worker.ready:
                    self._begun(worker, outcome, todo)
                    continue
                task, took = worker.tasks.popleft(), time.monotonic() - worker.since
                worker.since = time.monotonic()
                if isinstance(outcome, Death):
                    self._replace(worker, todo)
                yield task, outcome, took

    def _begun(self, worker: _Worker[Task], outcome: object, todo: deque[Task]) -> None:
        """A worker's first message says that it is ready; that it dies before is no task's fault."""
        if not isinstance(outcome, Death):
            worker.ready, worker.since, self._failed_starts = True, time.monotonic(), 0
            return
        self._failed_starts += 1
        if self._failed_starts > _MOST_FAILED_STARTS:
            raise ChildProcessError("Worker processes end before they have begun.")
        self._replace(worker, todo)

    def _give(self, todo: deque[Task]) -> None:
        """Tasks for the workers: one for each, then a second for each."""
        for depth in range(1, _AHEAD + 1):
            for worker in list(self._workers):
                if todo and len(worker.tasks) < depth:
                    taker = worker if worker.take(todo[0]) else self._replace(worker, todo)
                    if taker is worker or taker.take(todo[0]):
                        todo.popleft()

    def _replace(self, worker: _Worker[Task], todo: deque[Task]) -> _Worker[Task]:
        """Another process for one that is dead, or has to be; what it had not begun is to be done again."""
        todo.extendleft(reversed(worker.tasks))
        worker.end()
        replacement = self._workers[self._workers.index(worker)] = self._start()
        return replacement

    def _start(self) -> _Worker[Task]:
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_serve, args=(theirs, self._do, self._begin), daemon=True)
        process.start()
        theirs.close()  # or its death would not be seen at our end
        return _Worker(process, ours)


@dataclass(slots=True, eq=False)
class _Worker(Generic[Task]):
    process: BaseProcess
    connection: Connection
    tasks: deque[Task] = field(default_factory=deque)
    #: When it was started; once it is ready, when its first task began.
    since: float = field(default_factory=time.monotonic)
    ready: bool = False

    def take(self, task: Task) -> bool:
        """Give it a task, unless it is dead."""
        try:
            self.connection.send(task)
        except OSError:
            return False
        if self.ready and not self.tasks:
            self.since = time.monotonic()
        self.tasks.append(task)
        return True

    def message(self) -> Any:
        try:
            return self.connection.recv()
        except (EOFError, OSError):
            return Death.DIED

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.join()


@dataclass(frozen=True, slots=True)
class _Said:
    """What a worker says, for its parent to say: its own stderr and log are nobody's."""

    level: int
    message: str
    facts: dict[str, object]
    screen: bool


class _ToParent(logging.Handler):
    def __init__(self, connection: Connection) -> None:
        super().__init__(logging.DEBUG)
        self._connection = connection

    def emit(self, record: logging.LogRecord) -> None:
        facts, screen = getattr(record, "facts", {}), bool(getattr(record, "screen", False))
        with suppress(OSError):  # the parent is gone, and we are about to go
            self._connection.send(_Said(record.levelno, record.getMessage(), dict(facts), screen))


def _serve(connection: Connection, do: Callable[[Task], Result], begin: Callable[[], None]) -> None:
    """The life of a worker."""
    _watch_parent()
    LOGGER.handlers = [_ToParent(connection)]
    begin()
    connection.send(None)
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        connection.send(do(task))


def _watch_parent() -> None:
    """End with the parent: a worker waits for its next task for ever, even if nobody is left to send one."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
