"""One run at a time on a target, and a lock that nobody has to clean up."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from console import ConfigurationError, LockHeldError
from warehouse import Target, Warehouse, open_warehouse

_HOLD = """
import sys
from pathlib import Path
from warehouse import Target, open_warehouse
path = Path(sys.argv[1])
with open_warehouse(Target("local", "duckdb", "main", {"path": str(path)}, path.parent)).lock():
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(target: Target, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path / "a.duckdb")],
        cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_another_process_is_refused_and_told_who_holds_it(warehouse: Warehouse, holder: subprocess.Popen[str]) -> None:
    """The second run stops at once; the sentence names the first one's process."""
    with pytest.raises(LockHeldError, match=f"process {holder.pid}"), warehouse.lock():
        pass


def test_the_lock_dies_with_its_process(warehouse: Warehouse, holder: subprocess.Popen[str]) -> None:
    """After a kill -9 nothing has to be removed by hand."""
    holder.kill()
    holder.wait()
    with warehouse.lock():
        pass


@pytest.mark.slow
def test_the_same_process_may_take_it_again(warehouse: Warehouse, target: Target) -> None:
    """The pipeline holds it while the loader, in the same process, takes it as well; the last one out releases."""
    with warehouse.lock():
        with open_warehouse(target).lock():
            pass
        refused = subprocess.run(
            [sys.executable, "-c", _HOLD, str(target.settings["path"])],
            cwd=Path(__file__).parents[2], input="\n", capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Another run is at work" in refused.stderr


def test_a_lock_that_cannot_be_made_is_a_message(tmp_path: Path) -> None:
    """A folder that is a file is a configuration error, not a trace."""
    (tmp_path / "file").write_text("")
    target = Target("local", "duckdb", "main", {"path": str(tmp_path / "file" / "a.duckdb")}, tmp_path)
    with pytest.raises(ConfigurationError, match="lock file"), open_warehouse(target).lock():
        pass
