"""The log: JSON lines that no process loses or tears, without secrets, within their limits."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from console import ExitCode, about, command, logfile, note, progress, say, wait


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ORDER_LIST_LOGS", str(tmp_path / "logs"))
    return tmp_path / "logs"


def lines(logs: Path) -> list[dict[str, object]]:
    return [json.loads(line) for path in sorted(logs.iterdir()) for line in path.read_text("utf-8").splitlines()]


def invoke(*arguments: str) -> Result:
    @click.command("land")
    @click.option("--json", "as_json", is_flag=True)
    @command
    def main(as_json: bool) -> ExitCode:
        note("request sent", request_id="r-1", milliseconds=12)
        with about(run_id="run-1", stage="load"):
            say("landed X.xlsx with pwd=geheim", file="X.xlsx", customer="GREYSON")
            with progress("Workbooks", 3) as advance:
                advance(1)
        say("rejected Y.xlsx", level=logging.WARNING)
        say("error: it failed", level=logging.ERROR)
        click.echo("the result")
        return ExitCode.OK

    return CliRunner().invoke(main, arguments)


def test_each_line_says_when_who_and_what_about(logs: Path) -> None:
    """Time in UTC, level, run, stage, program, command, file, customer, request and milliseconds; null if unknown."""
    invoke()
    began, request, landed, *_, ended = lines(logs)
    assert list(landed)[:10] == [
        "time", "level", "run_id", "stage", "program", "command", "customer", "file", "request_id", "milliseconds",
    ]  # fmt: skip
    assert landed["time"].endswith("+00:00")  # type: ignore[attr-defined]
    assert {name: landed[name] for name in ("level", "run_id", "stage", "program", "command", "file", "customer")} == {
        "level": "info", "run_id": "run-1", "stage": "load", "program": "tests", "command": "land", "file": "X.xlsx",
        "customer": "GREYSON",
    }  # fmt: skip
    assert (request["level"], request["request_id"], request["milliseconds"]) == ("debug", "r-1", 12)
    assert (request["run_id"], request["stage"]) == (None, None)
    assert ended["run_id"] == "run-1"
    assert str(began["message"]).startswith("began: ")
    assert (ended["message"], ended["exit_status"]) == ("ended with exit status 0", 0)


def test_no_secret_reaches_the_log(logs: Path) -> None:
    """What looks like a secret is masked there as it is on the screen."""
    result = invoke()
    assert "geheim" not in result.output + "".join(path.read_text("utf-8") for path in logs.iterdir())
    assert "landed X.xlsx with pwd=***" in [line["message"] for line in lines(logs)]


@pytest.mark.parametrize(
    ("option", "shown"),
    [
        ((), ["landed X.xlsx with pwd=***", "rejected Y.xlsx", "error: it failed"]),
        (("-q",), ["error: it failed"]),
        (("--verbose",), ["request sent", "landed X.xlsx with pwd=***", "rejected Y.xlsx", "error: it failed"]),
    ],
)
def test_quiet_leaves_errors_and_verbose_adds_details(logs: Path, option: tuple[str, ...], shown: list[str]) -> None:
    """-q shows errors and the result, -v what the log has as well; the log is the same."""
    result = invoke(*option)
    said = [line for line in result.stderr.splitlines() if not line.startswith(("began", "ended"))]
    assert said == shown
    assert result.stdout == "the result\n"
    assert len(lines(logs)) == 6


def test_a_file_is_its_owners(logs: Path) -> None:
    """0600 in a folder 0700, like all files of the programs."""
    invoke()
    (path,) = logs.iterdir()
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(logs.stat().st_mode)) == (0o600, 0o700)


def test_a_command_that_says_nothing_leaves_no_file(logs: Path) -> None:
    """A monitor that asks for the status each minute does not push the run's log out."""

    @click.command
    @command
    def main() -> ExitCode:
        note("looked")
        return ExitCode.OK

    assert CliRunner().invoke(main).exit_code == 0
    assert not logs.exists()


def test_what_the_starter_works_for_is_known_by_its_children(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that a run starts logs under the run's id."""
    monkeypatch.setenv("ORDER_LIST_RUN_ID", "20261127T065500Z-ab12")
    invoke()
    assert {line["run_id"] for line in lines(logs)} == {"20261127T065500Z-ab12", "run-1"}


@pytest.mark.slow
def test_several_processes_at_once_lose_and_tear_no_line(logs: Path, tmp_path: Path) -> None:
    """Four writers of long lines, one of them killed: every other line is there, whole and once."""
    script = tmp_path / "write.py"
    script.write_text(
        "import sys, time\nfrom console import logfile, say\n"
        "with logfile.written('test', 'write'):\n"
        "    for n in range(300):\n"
        "        say(f'{sys.argv[1]}-{n} ' + 'x' * 5000)\n"
        "    time.sleep(float(sys.argv[2]))\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    writers = [
        subprocess.Popen([sys.executable, script, str(n), "60" if n == 3 else "0"], env=environment,
                         stderr=subprocess.DEVNULL)
        for n in range(4)
    ]  # fmt: skip
    for writer in writers[:3]:
        assert writer.wait(60) == 0
    writers[3].kill()
    writers[3].wait()
    said = [str(line["message"]).split()[0] for line in lines(logs)]
    assert len(said) == len(set(said))
    assert {f"{n}-{k}" for n in range(3) for k in range(300)} <= set(said)


def test_files_grow_no_larger_and_no_more_than_allowed(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file goes on in another one when it is large; the oldest files are taken away, by number and by size."""
    monkeypatch.setattr(logfile, "BYTES_OF_ONE", 2_000)
    monkeypatch.setattr(logfile, "FILES", 4)
    with logfile.written("test", "write"):
        for number in range(100):
            say(f"{number} {'x' * 300}")
    files = sorted(logs.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert len(files) == 4
    assert all(path.stat().st_size <= 2_000 for path in files)
    numbers = sorted(int(str(line["message"]).split()[0]) for line in lines(logs))
    assert numbers == list(range(numbers[0], 100))


def test_a_file_that_was_taken_away_is_begun_anew(logs: Path) -> None:
    """Whoever removes a log that is being written loses what was in it, and no line after."""
    with logfile.written("test", "write"):
        say("before")
        for path in logs.iterdir():
            path.unlink()
        say("after")
    assert [line["message"] for line in lines(logs)] == ["after"]


def test_other_libraries_warnings_are_kept_and_their_chatter_is_not(logs: Path) -> None:
    """A library's own logger reaches the log from level warning on, named."""
    with logfile.written("test", "write"):
        logging.getLogger("azure.core").info("GET https://x?sig=abc")
        logging.getLogger("azure.core").warning("odd")
    assert [(line["logger"], line["message"]) for line in lines(logs)] == [("azure.core", "odd")]


def test_every_wait_is_in_the_log_and_the_noticeable_on_the_screen(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Long waits and all retries are said; a short pause is noted only; all have their milliseconds."""
    slept: list[float] = []
    with logfile.written("test", "write"):
        wait(40, "the API: minute limit", sleep=slept.append, retry=3, of=10)
        wait(0.3, "the API: minute limit", sleep=slept.append)
        wait(720, "the API: daily limit", sleep=slept.append)
    assert slept == [40, 0.3, 720]
    assert capsys.readouterr().err.splitlines() == [
        "waiting 40 s for the API: minute limit (retry 3 of 10)",
        "waiting 12 min for the API: daily limit",
    ]
    assert [(line["level"], line["milliseconds"]) for line in lines(logs)] == [
        ("info", 40_000), ("debug", 300), ("info", 720_000),
    ]  # fmt: skip
