"""The local board is there when a run needs it, and gone afterwards if the run brought it."""

from __future__ import annotations

import http.server
import socket
import threading
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from pipeline.board import board_file, board_page, board_ready
from pipeline.errors import BoardNotReadyError
from warehouse import Target

ROOT = Path(__file__).parents[2]


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> str:
    """An address of this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("MONDAY_API_URL", f"http://127.0.0.1:{port}/v2")
    return f"http://127.0.0.1:{port}/"


@pytest.fixture
def here(target: Target) -> Target:
    return replace(target, project_dir=ROOT)


def alive(url: str) -> bool:
    try:
        return httpx.get(url + "health", trust_env=False).is_success
    except httpx.ConnectError:
        return False


def test_it_is_started_and_stopped(here: Target, url: str, tmp_path: Path) -> None:
    """The board answers inside the block, its data beside the database, and is gone after it."""
    with board_ready(here):
        assert alive(url)
        assert board_file(here) == tmp_path / "board.sqlite"
        assert board_page(here) == url
    assert not alive(url)
    assert (tmp_path / "board.sqlite").is_file()


def test_one_that_is_there_is_left_alone(here: Target, url: str, tmp_path: Path) -> None:
    """A board that a person serves is used and not stopped; no second one is started."""
    with board_ready(here):
        with board_ready(replace(here, settings={"path": str(tmp_path / "other" / "a.duckdb")})):
            assert alive(url)
        assert alive(url)
    assert not (tmp_path / "other").exists()


def test_a_taken_port_is_a_message(here: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program on the port is told with the hint, not waited for."""

    class Deaf(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Deaf) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("MONDAY_API_URL", f"http://127.0.0.1:{server.server_port}/v2")
        with pytest.raises(BoardNotReadyError, match="Set MONDAY_API_URL"), board_ready(here):
            pass
        server.shutdown()


def test_a_board_that_cannot_start_says_why_once(here: Target, url: str, tmp_path: Path) -> None:
    """Its own words and its own advice; the port is not blamed for a damaged file."""
    (tmp_path / "board.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(BoardNotReadyError) as caught, board_ready(here):
        pass
    assert "file is not a database. Give another with --data, or delete it" in str(caught.value)
    assert [part for part in ("error:", "..", "MONDAY_API_URL") if part in str(caught.value)] == []


@pytest.mark.parametrize(("name", "address"), [("dev", ""), ("local", "https://api.example.com/v2")])
def test_a_board_elsewhere_is_none_of_our_business(
    here: Target, name: str, address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Other targets, and addresses that are not on this machine, start nothing."""
    monkeypatch.setenv("MONDAY_API_URL", address)
    with board_ready(replace(here, name=name)):
        assert not (tmp_path / "board.sqlite").exists()
