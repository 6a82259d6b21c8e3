"""The board's address and token from the environment: cleaned, checked, and refused before anything is sent."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from board_emulator.testing import running_emulator
from monday_sync.commands.credentials import endpoint
from monday_sync.commands.opening import open_context
from monday_sync.domain.board import load_board
from monday_sync.errors import RefusedError

TOKEN = "eyJhbGciOiJIUzI1NiJ9.made-up"  # noqa: S105 - not a real one


@pytest.mark.parametrize("around", ["{}\n", "  {}\t\r\n", "\ufeff{}", "\u00a0{}\u2028"])
def test_what_surrounds_a_token_is_taken_off(project: Path, monkeypatch: pytest.MonkeyPatch, around: str) -> None:
    """A line break or blank at the ends, as files and clipboards add them, does no harm."""
    monkeypatch.setenv("MONDAY_API_TOKEN", around.format(TOKEN))
    assert endpoint(load_board("dev", project / "boards"))[1] == TOKEN


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (f"{TOKEN}\nsecond", "a blank or a line break inside"),
        ("made up", "a blank or a line break inside"),
        (f"Bearer {TOKEN}", "a word that is not part of the token"),
        ("made\x01up", "cannot be seen"),
        ("made\u200bup", "cannot be seen"),
        ("m\u00e4de-up", "outside ASCII"),
        (f'"{TOKEN}"', "in quotes"),
    ],
)
def test_a_token_that_cannot_be_sent_is_refused_by_the_name_of_its_variable(
    project: Path, monkeypatch: pytest.MonkeyPatch, token: str, why: str
) -> None:
    """The message names the variable and the reason, shows nothing of the token, and no client is made."""
    monkeypatch.setenv("MONDAY_API_TOKEN", token)
    monkeypatch.setattr("monday_sync.commands.opening.HttpBoardApi", None)
    with pytest.raises(RefusedError, match=f"MONDAY_API_TOKEN holds no usable token: it .*{why}") as refused:
        open_context("dev", project_dir=project)
    told = f"{refused.value.message} {refused.value.hint}"
    assert all(part not in told for part in (TOKEN, "made", "second"))


@pytest.mark.parametrize("token", ["", " \n"])
def test_a_blank_token_is_none(project: Path, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """Nothing but blanks is no token; the emulator's own stands in for it on target local only."""
    monkeypatch.setenv("MONDAY_API_TOKEN", token)
    with pytest.raises(RefusedError, match="There is no token"):
        endpoint(load_board("dev", project / "boards"))
    assert endpoint(load_board("local", project / "boards"))[1] == "local"


def test_the_address_is_cleaned_too(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line break behind MONDAY_API_URL does no harm, a blank one is none."""
    board = load_board("local", project / "boards")
    monkeypatch.setenv("MONDAY_API_URL", "http://127.0.0.1:9999/v2\n")
    assert endpoint(board)[0] == "http://127.0.0.1:9999/v2"
    monkeypatch.setenv("MONDAY_API_URL", " ")
    assert endpoint(board)[0] == "http://127.0.0.1:8765/v2"


def test_a_real_token_stays_here_on_target_local(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exported token, even a broken one, neither goes to the emulator's port nor breaks a local run."""
    board = load_board("local", project / "boards")
    for exported in (TOKEN, "made up", "\u00e4"):
        monkeypatch.setenv("MONDAY_API_TOKEN", exported)
        assert endpoint(board)[1] == "local"
    monkeypatch.setenv("MONDAY_API_TOKEN", "local-member")
    assert endpoint(board)[1] == "local-member"


@pytest.mark.slow
def test_a_real_token_goes_to_no_unknown_program_of_this_machine(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A live target that is pointed at this machine asks first who answers there, without saying anything."""
    board = load_board("dev", project / "boards")
    monkeypatch.setenv("MONDAY_API_TOKEN", TOKEN)
    heard: list[str] = []

    class Unknown(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(str(self.headers))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"what": "something else"}')

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Unknown) as server, running_emulator() as emulator:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("MONDAY_API_URL", f"http://127.0.0.1:{server.server_port}/v2")
        with pytest.raises(RefusedError, match="is not the board emulator: it gets no token"):
            endpoint(board)
        assert len(heard) == 1
        assert TOKEN not in heard[0]
        server.shutdown()
        monkeypatch.setenv("MONDAY_API_URL", emulator.url)
        assert endpoint(board) == (emulator.url, TOKEN)
