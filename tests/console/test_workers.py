"""Worker processes: what they begin with, and that none outlives its parent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from console import logfile, note, say
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


def speak(task: str) -> str:
    say(f"waiting for {task}", file=task)
    note(f"looked at {task}")
    return task.upper()


def test_what_a_worker_says_is_said_by_its_parent(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own stderr and log are nobody's: its lines, with their facts, are on the parent's screen and in its log."""
    monkeypatch.setenv("ORDER_LIST_LOGS", str(tmp_path))
    with logfile.written("test", "read"), MortalWorkers(speak, nothing, 1) as workers:
        assert [outcome for _, outcome, _ in workers.results(["a"], seconds=20)] == ["A"]
    assert capsys.readouterr().err == "waiting for a\n"
    (path,) = tmp_path.iterdir()
    kept = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [(line["level"], line["message"], line["file"]) for line in kept] == [
        ("info", "waiting for a", "a"), ("debug", "looked at a", None),
    ]  # fmt: skip


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
