"""A child process ends with us, however we end."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from pipeline import guard
from pipeline.child import child

ROOT = Path(__file__).parents[2]
SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN_TEXT = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('up', flush=True)
time.sleep(600)
"""
STUBBORN = [sys.executable, "-c", STUBBORN_TEXT]


def gone(process: psutil.Process, seconds: float = 30) -> bool:
    try:
        process.wait(seconds)
    except psutil.TimeoutExpired:
        return False
    return True


def grandchild(pid: int) -> psutil.Process:
    """The process that the guard ``pid`` started."""
    for _ in range(1000):
        found = psutil.Process(pid).children()
        if found:
            return found[0]
        time.sleep(0.01)
    raise AssertionError("the guard started nothing")


@pytest.mark.parametrize("status", [0, 7])
def test_the_exit_status_comes_through(tmp_path: Path, status: int) -> None:
    """The guard is transparent: output and exit status are the command's own."""
    command = [sys.executable, "-c", f"print('said'); raise SystemExit({status})"]
    with child(command, cwd=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read() == "said\n"
        assert process.wait() == status


def test_the_end_of_the_block_ends_the_child(tmp_path: Path) -> None:
    """Nothing is left behind when the block ends, by an exception as well."""
    with pytest.raises(KeyboardInterrupt), child(SLEEP, cwd=tmp_path) as process:
        asleep = grandchild(process.pid)
        raise KeyboardInterrupt
    assert gone(asleep)
    assert process.returncode is not None


def test_a_stubborn_child_is_made_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that ignores the request is killed after the grace."""
    script = tmp_path / "guard.py"
    text = Path(guard.__file__).read_text(encoding="utf-8")
    script.write_text(text.replace("GRACE_SECONDS = 10", "GRACE_SECONDS = 0.2"), encoding="utf-8")
    monkeypatch.setattr("pipeline.child._GUARD", str(script))
    with child(STUBBORN, cwd=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        stubborn = grandchild(process.pid)
    assert gone(stubborn)


def test_the_child_dies_when_we_are_killed(tmp_path: Path) -> None:
    """After a kill -9 of the starter neither guard nor command lives on."""
    starter = """
import sys
from pathlib import Path
from pipeline.child import child
with child(sys.argv[1:], cwd=Path('.')) as process:
    print(process.pid, flush=True)
    process.wait()
"""
    with subprocess.Popen(
        [sys.executable, "-c", starter, *SLEEP], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        watched = [psutil.Process(pid), grandchild(pid)]
        process.kill()
    assert all(gone(one) for one in watched)
