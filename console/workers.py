"""Processes that work for one of our programs. Imported only where there is work for some: most runs need none."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

#: Windows cannot wait for more.
_MOST = 61


def worker_pool(processes: int, begin: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """A pool of so many processes, each of which runs ``begin`` first and ends with its parent, however that ends.

    Spawned, not forked: the parent may have threads (DuckDB, Arrow), and Windows and macOS know no other way.
    """
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(min(processes, _MOST), mp_context=spawn, initializer=_begin, initargs=(begin,))


def _begin(begin: Callable[[], None] | None) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if begin:
        begin()


def _end_with_parent() -> None:
    """Die when the parent does: a pool's worker waits for its next job for ever, even if nobody is left to send one."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
