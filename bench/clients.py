"""Calls per 1,000 records of the three public Python clients, counted by the emulator."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.board import ITEMS, running_board
from bench.environments import clients
from bench.measure import run
from console import say

CLIENTS = ("monday", "monday-api-python-sdk", "moncli")
_ORDERS, _LINES, _CHANGES = 40, 5, 20
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class ClientCalls:
    """What one client needed; ``failure`` is its own error if it could not do the work at all."""

    client: str
    records: int
    calls: int
    failure: str | None

    @property
    def per_thousand(self) -> float | None:
        """Calls per 1,000 records; None if nothing was done."""
        return None if self.failure or not self.records else 1000 * self.calls / self.records


def work() -> dict[str, Any]:
    """A small first load and a few changes, in the shape in which the clients take values."""
    items = [
        {
            "name": f"BENCH STYLE {number} BLACK ORD-{number}",
            "values": {
                "text_mkr5wya6": f"ORD-{number}",
                "text_mktdechp": f"STYLE {number}",
                "numeric_mktb1d19": "60",
                "date_mkr57811": {"date": "2026-06-15"},
            },
            "subitems": [{"name": size, "values": {"numeric_mkra7j8e": "12"}} for size in ("XS", "S", "M", "L", "XL")],
        }
        for number in range(_ORDERS)
    ]
    changes = [{"item": number, "values": {"numeric_mktb1d19": "48"}} for number in range(_CHANGES)]
    return {"board_id": ITEMS, "group_id": "", "items": items, "changes": changes}


def measure_clients(cache: Path) -> list[ClientCalls]:
    """Let each client do the same work on a fresh board; what fails is reported as what it is."""
    python = clients()
    return [_measure(client, python, cache) for client in CLIENTS]


def _measure(client: str, python: Path, cache: Path) -> ClientCalls:
    say(f"{client} at work ...")
    with running_board("off") as board:
        board.admin(f"boards/{ITEMS}/create_group", {"title": "BENCH"})
        group = next(g["id"] for g in board.admin(f"boards/{ITEMS}")["groups"] if g["title"] == "BENCH")
        path = cache / "client_work.json"
        path.write_text(json.dumps({**work(), "group_id": group}), encoding="utf-8")
        before = board.admin("referee")["calls"]
        # -P: the folder of the script must not shadow the client's own modules
        command: list[str | Path] = [python, "-P", _HERE / "client_work.py", client, board.url, "local", path]
        done = json.loads(run(command).output.splitlines()[-1])
        calls = board.admin("referee")["calls"] - before
    return ClientCalls(client, done["items"] + done["subitems"] + done["changes"], calls, done["error"])
