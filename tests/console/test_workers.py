"""Worker processes: what they begin with, and that none outlives its parent."""

from __future__ import annotations

import subprocess
import sys

from console.workers import worker_pool
from tests.project import ROOT


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
