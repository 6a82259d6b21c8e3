"""A board emulator in a process of its own, on a clock that the bench moves."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

import httpx

from bench.errors import MeasurementError
from bench.places import ROOT
from board_emulator.admin import TOKEN_HEADER

#: 2026-11-21, midnight UTC: a day's calls start from none.
MIDNIGHT = 1_795_219_200.0
ITEMS, SUBITEMS = "9609317401", "9609317948"  # the dev board and its subitem board, as the emulator starts with them


@dataclass(frozen=True, slots=True)
class Board:
    """A running emulator: where the API is, and its admin side."""

    url: str
    base: str
    pid: int
    admin_token: str = field(repr=False)

    def admin(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask or change something: ``clock``, ``limits``, ``referee``, ``boards/<id>``, ..."""
        answer = httpx.post(f"{self.base}/admin/{path}", json=body or {}, timeout=120,
                            headers={TOKEN_HEADER: self.admin_token})  # fmt: skip
        answer.raise_for_status()
        return answer.json()

    def now(self) -> float:
        """The board's time, seconds since the epoch."""
        return float(self.admin("clock")["now"])


@contextmanager
def running_board(limits: str, *, step: float = 0.0) -> Iterator[Board]:
    """Run an emulator with the limits of a plan until the block ends; its clock stands still but for ``step``.

    Args:
        limits: off, free, standard, pro or enterprise.
        step: seconds that pass with every request.
    """
    command = [sys.executable, "-m", "board_emulator", "serve", "--port", "0", "--data", ":memory:", "--json"]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*command, "--limits", limits], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, text=True
    )
    try:
        where = _announced(process.stdout)
        board = Board(where["api"], where["page"].rstrip("/"), process.pid, where["admin_token"])
        board.admin("clock", {"step": step})
        yield board
    finally:
        process.terminate()
        process.wait()
        if process.stdout:
            process.stdout.close()


def _announced(output: IO[str] | None) -> dict[str, str]:
    """The JSON object that the emulator prints when it listens."""
    text = ""
    for line in output or ():
        text += line
        if line.rstrip() == "}":
            found: dict[str, str] = json.loads(text)
            return found
    raise MeasurementError(f"the board emulator did not start: {text[-500:]}")
