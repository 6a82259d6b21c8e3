"""A program that ends without tidying its memory loses nothing that it said, and ends with its status."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.project import ROOT


def run(body: str) -> subprocess.CompletedProcess[str]:
    with start(body) as process:
        output, errors = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def start(body: str) -> subprocess.Popen[str]:
    code = f"import sys\nfrom console import run_and_leave\ndef main():\n    {body}\nrun_and_leave(main)"
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=buffered, encoding="utf-8",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status"),
    [("pass", 0), ("sys.exit()", 0), ("sys.exit(1)", 1), ("sys.exit(2)", 2), ("sys.exit('no')", 1), ("1 / 0", 1)],
)
def test_the_status_is_the_one_that_python_would_give(body: str, status: int) -> None:
    """Statuses pass through; a message or a defect ends as anywhere else, with its text on stderr."""
    done = run(body)
    assert done.returncode == status
    assert bool(done.stderr) == (body in {"sys.exit('no')", "1 / 0"}), done.stderr


def test_all_output_arrives() -> None:
    """What stood in the buffers of both streams is written, however slowly it is read."""
    done = run("sys.stdout.write('x' * 3_000_000); sys.stderr.write('y' * 3_000); sys.exit(1)")
    assert (len(done.stdout), len(done.stderr), done.returncode) == (3_000_000, 3_000, 1)


def test_a_reader_that_went_away_is_no_trace() -> None:
    """As for any command of ours: status 1, and nothing on stderr."""
    with start("input(); print('x')") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stderr.read() == ""
    assert process.returncode == 1


def test_nothing_after_the_program_runs() -> None:
    """That is what saves the time: no function is called at the end, no object freed."""
    done = run("import atexit; atexit.register(print, 'tidied'); print('done')")
    assert (done.stdout, done.returncode) == ("done\n", 0)
