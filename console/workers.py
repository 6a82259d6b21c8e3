"""Processes that work for one of our programs. Imported only where there is work for some: most runs need none."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor

#: Windows cannot wait for more.
_MOST = 61
#: Spawned, not forked: the parent may have threads (DuckDB, Arrow), and Windows and macOS know no other way.
SPAWN = multiprocessing.get_context("spawn")


def worker_pool(processes: int) -> ProcessPoolExecutor:
    """A pool of so many processes, each of which ends with its parent, however that ends."""
    return ProcessPoolExecutor(min(processes, _MOST), mp_context=SPAWN, initializer=begin_worker)


def begin_worker() -> None:
    """The first thing that a worker process does: see to it that it ends with its parent.

    A pool's worker waits for its next job for ever, even if nobody is left to send one.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
