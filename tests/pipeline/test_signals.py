"""A real process is stopped at a random place: it ends cleanly, or at least harms nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.current import current_status
from pipeline.history import History
from pipeline.model import Stage, Status
from pipeline.options import RunOptions
from pipeline.reporting import latest_run
from pipeline.run import run
from warehouse import Warehouse

ROOT = Path(__file__).parents[2]
_SCRIPT = """
import sys, time
from pathlib import Path
from console import command
from pipeline.model import Stage, Status
from pipeline.options import RunOptions
from pipeline.run import run
from warehouse import Target, open_warehouse

def asleep(context):
    print("asleep", flush=True)
    time.sleep(600)

@command
def main():
    folder = Path(sys.argv[1])
    target = Target("local", "duckdb", "main", {"path": str(folder / "a.duckdb")}, folder)
    stages = {"load": lambda _: Stage("load", Status.OK), "transform": asleep}
    return run(open_warehouse(target), RunOptions(reports=folder / "reports"), stages=stages).exit_code

main()
"""


# how to stop a process, its exit status, and what the history says; Windows knows only the hard way
_KILL = (lambda process: process.kill(), None, Status.DIED)
_SIGNALS = (
    (lambda process: process.send_signal(signal.SIGINT), 130, Status.INTERRUPTED),
    (lambda process: process.send_signal(signal.SIGTERM), 130, Status.INTERRUPTED),
)


@pytest.mark.parametrize(("stop", "exit_code", "status"), [_KILL, *(() if sys.platform == "win32" else _SIGNALS)])
def test_a_stopped_run_leaves_a_free_lock_and_a_true_history(
    one_order: Warehouse,
    options: RunOptions,
    tmp_path: Path,
    stop: Callable[[subprocess.Popen[str]], None],
    exit_code: int | None,
    status: Status,
) -> None:
    """Interrupted, ended or killed: the next run begins at once and the history says what became of the first."""
    with subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "asleep\n"
        stop(process)
        _, said = process.communicate()
    assert exit_code is None or process.returncode == exit_code, said
    assert "Traceback" not in said
    now = current_status(one_order, options.reports)
    assert (now.status, now.exit_code) == (status, 130 if status is Status.INTERRUPTED else 1)
    assert latest_run(options.reports) == now.run_id
    assert run(one_order, options, stages=dict.fromkeys(("load", "transform", "sync"), _well)).status is Status.OK
    assert [past.status for past in History(one_order).runs()] == [Status.OK, status]
    first = json.loads((options.reports / now.run_id / "report.json").read_text(encoding="utf-8"))
    assert first["status"] == status.value


def _well(_context: object) -> Stage:
    return Stage("any", Status.OK)
