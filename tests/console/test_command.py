"""Every command of the project ends the same way: status, message, and one JSON object when asked."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from console import (
    ConfigurationError,
    ExitCode,
    LockHeldError,
    OrderListError,
    Program,
    command,
    plain,
    print_result,
    progress,
)


def invoke(body: Callable[[], ExitCode], *arguments: str) -> Result:
    @click.command
    @click.option("--json", "as_json", is_flag=True)
    @command
    def main(as_json: bool) -> ExitCode:
        return body()

    return CliRunner().invoke(main, arguments)


def raising(error: BaseException) -> Callable[[], ExitCode]:
    def body() -> ExitCode:
        raise error

    return body


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OrderListError("Some rows failed."), 1),
        (ConfigurationError("No such target.", hint="Name another."), 2),
        (LockHeldError("Another run is at work."), 3),
        (KeyboardInterrupt(), 130),
        (RuntimeError("a defect"), 1),
    ],
)
def test_an_error_becomes_a_sentence_and_the_contracts_status(error: BaseException, status: int) -> None:
    """Each branch of the error tree has its exit status; the sentence is on stderr, stdout stays empty."""
    result = invoke(raising(error))
    assert result.exit_code == status
    assert result.stdout == ""
    assert (str(error) or "interrupted") in result.stderr


def test_with_json_an_error_is_one_object_too() -> None:
    """A program that asked for JSON gets error and hint as JSON."""
    result = invoke(raising(ConfigurationError("No such target.", hint="Name another.")), "--json")
    assert json.loads(result.stdout) == {"error": "No such target.", "hint": "Name another."}


def test_a_defects_trace_is_in_the_log_and_not_on_the_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected exception is one sentence that names the log; the trace is there, its secrets masked."""
    monkeypatch.setenv("MONDAY_API_TOKEN", "tok-abcdef")
    monkeypatch.setenv("ORDER_LIST_LOGS", str(tmp_path / "logs"))
    result = invoke(raising(RuntimeError("401 for tok-abcdef")), "--json")
    (log,) = (tmp_path / "logs").iterdir()
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    (defect,) = [line for line in lines if line.get("trace")]
    assert "Traceback" not in result.stderr
    assert str(log) in result.stderr
    assert json.loads(result.stdout)["error"] == "RuntimeError: 401 for ***"
    assert (defect["level"], defect["message"]) == ("error", "RuntimeError: 401 for ***")
    assert defect["trace"].splitlines()[0].startswith("Traceback")
    assert "tok-abcdef" not in result.output + log.read_text(encoding="utf-8")


def test_a_defects_trace_is_shown_where_no_log_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trace is never lost: with a file in the log's place it is on the screen, without secrets."""
    monkeypatch.setenv("MONDAY_API_TOKEN", "tok-abcdef")
    (tmp_path / "logs").touch()
    monkeypatch.setenv("ORDER_LIST_LOGS", str(tmp_path / "logs"))
    result = invoke(raising(RuntimeError("401 for tok-abcdef")))
    assert "Traceback" in result.stderr
    assert "tok-abcdef" not in result.output
    assert "cannot be written: a file stands where a folder must be." in result.stderr


def test_wrong_use_stays_clicks_own_message() -> None:
    """An unknown option is exit status 2 with click's message."""
    result = invoke(lambda: ExitCode.OK, "--no-such")
    assert result.exit_code == 2
    assert "--no-such" in result.stderr


@dataclass(frozen=True, slots=True)
class Thing:
    at: datetime
    on: date
    price: Decimal
    where: Path
    status: ExitCode
    tags: frozenset[str]


def test_results_are_plain_json() -> None:
    """Dates are ISO 8601, decimals and paths text, sets sorted, enumerations their value."""
    thing = Thing(
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        date(2026, 1, 2),
        Decimal("1.10"),
        Path("a"),
        ExitCode.OK,
        frozenset("ba"),
    )
    assert plain({"things": (thing,)}) == {
        "things": [
            {
                "at": "2026-01-02T03:04:05+00:00",
                "on": "2026-01-02",
                "price": "1.10",
                "where": "a",
                "status": 0,
                "tags": ["a", "b"],
            }
        ]
    }


def test_a_lone_surrogate_does_not_break_the_output() -> None:
    """Text that no encoding knows (a damaged workbook has it) is escaped, not a crash."""

    def body() -> ExitCode:
        print_result({"cell": "\ud800"}, as_json=False, human=lambda: "cell \ud800")
        return ExitCode.OK

    result = invoke(body)
    assert (result.exit_code, result.stdout) == (0, "cell \\ud800\n")


def test_progress_without_a_terminal_is_a_line_a_minute(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log gets no bar and nothing of what is quick, but hears of what takes long even while nothing advances."""
    beats: list[Callable[[], object]] = []

    @contextmanager
    def every(seconds: float, do: Callable[[], object]) -> Iterator[None]:
        assert seconds == 60.0
        beats.append(do)
        yield

    monkeypatch.setattr("console.bars.every", every)
    with progress("rows sent", None) as advance:
        advance(1_201)
        beats[0]()
        advance(2, 5_000)
        beats[0]()
        beats[0]()
    captured = capsys.readouterr()
    said = "rows sent: 1,201 (0 s)\n" + "rows sent: 1,203 of 5,000 (0 s)\n" * 2
    assert (captured.out, captured.err) == ("", said)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_what_the_system_refuses_is_no_defect(number: int) -> None:
    """A full disk or a missing right ends in a sentence with the path and a hint, without a trace; in JSON as well."""
    error = OSError(number, os.strerror(number), "/data/reports")
    result = invoke(raising(error), "--json")
    assert result.exit_code == 1
    assert "defect" not in result.stderr
    assert "Traceback" not in result.stderr
    told = json.loads(result.stdout)
    assert told["error"].startswith("/data/reports cannot be used: ")
    assert told["hint"]


def test_an_interruption_is_one_object_too() -> None:
    """Ctrl-C with --json: valid JSON, exit status 130."""
    result = invoke(raising(KeyboardInterrupt()), "--json")
    assert result.exit_code == 130
    assert json.loads(result.stdout)["error"] == "interrupted."


def test_what_was_printed_is_not_followed_by_a_second_object() -> None:
    """A command that is interrupted after its result (a server, for one) leaves that one object on stdout."""

    def body() -> ExitCode:
        print_result({"page": "here"}, as_json=True, human=str)
        raise KeyboardInterrupt

    result = invoke(body, "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (130, {"page": "here"})


@pytest.mark.parametrize("words", [["--json", "--no-such"], ["run", "--json", "--rows", "x"], ["nothing", "--json"]])
def test_wrong_use_is_one_object_when_json_was_asked_for(words: list[str]) -> None:
    """An unknown option, a wrong value, an unknown command: JSON on stdout, click's words on stderr, status 2."""

    @click.group(cls=Program)
    def program() -> None:
        """A program."""

    @program.command("run")
    @click.option("--rows", type=int)
    @click.option("--json", "as_json", is_flag=True)
    @command
    def run(rows: int | None, as_json: bool) -> ExitCode:
        return ExitCode.OK

    result = CliRunner().invoke(program, words)
    assert result.exit_code == 2
    told = json.loads(result.stdout)
    assert told["error"]
    assert "--help" in told["hint"]
    assert told["error"] in result.stderr
    assert CliRunner().invoke(program, ["run", "--rows", "3"]).exit_code == 0
    assert CliRunner().invoke(program, ["--help"]).exit_code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such rights")
def test_what_a_command_writes_is_for_its_owner(tmp_path: Path) -> None:
    """Whoever writes it, a library included; the process has its own umask back afterwards."""

    def body() -> ExitCode:
        (tmp_path / "prices").touch()
        return ExitCode.OK

    before = os.umask(0o022)
    try:
        invoke(body)
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    assert (tmp_path / "prices").stat().st_mode & 0o777 == 0o600
