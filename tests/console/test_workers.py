"""Worker processes: what they begin with, and that none outlives its parent."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from console.workers import Death, MortalWorkers
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


def die(task: str) -> str:
    if task == "die":
        os.abort()
    if task == "hang":
        time.sleep(600)
    return task.upper()


def nothing() -> None:
    pass


@pytest.mark.parametrize("processes", [1, 2])
def test_a_task_that_kills_costs_only_itself(processes: int) -> None:
    """Each task comes back once, with its result or how its worker died, whatever stands around it."""
    tasks = ["a", "die", "b", "die", "die", "hang", "c"]
    with MortalWorkers(die, nothing, processes) as workers:
        outcomes = [(task, outcome) for task, outcome, _ in workers.results(tasks, seconds=2)]
    came_back = [*((task, task.upper()) for task in "abc"), *[("die", Death.DIED)] * 3, ("hang", Death.HUNG)]
    assert sorted(outcomes, key=str) == sorted(came_back, key=str)


def test_workers_that_cannot_begin_are_no_tasks_fault() -> None:
    """It is an error of the program, after a few tries, not a result."""
    with (
        MortalWorkers(die, os.abort, 1) as workers,
        pytest.raises(ChildProcessError, match="end before they have begun"),
    ):
        list(workers.results(["a"], seconds=2))
