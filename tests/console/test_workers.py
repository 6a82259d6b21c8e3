"""Worker processes: what they begin with, and that none outlives its parent."""

from __future__ import annotations

import os
import subprocess
import sys

from console.workers import worker_pool
from tests.project import ROOT


def begin() -> None:
    os.environ["ORDER_LIST_TEST_BEGUN"] = "yes"


def test_each_process_begins_with_the_same() -> None:
    """Before its first job; and what it does there, it does in itself only."""
    with worker_pool(2, begin) as pool:
        assert list(pool.map(os.getenv, ["ORDER_LIST_TEST_BEGUN"] * 8)) == ["yes"] * 8
    assert "ORDER_LIST_TEST_BEGUN" not in os.environ


def test_they_end_with_their_parent() -> None:
    """A parent that is killed leaves no process behind: who waits for the end of their output is not kept waiting."""
    script = (
        "import os, time; from console.workers import worker_pool\n"
        "with worker_pool(2) as pool: print(pool.submit(os.getpid).result(), flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT, text=True) as parent:
        assert parent.stdout is not None
        assert int(parent.stdout.readline())
        parent.kill()
        parent.communicate(timeout=30)  # to the end of the output, which its workers share
