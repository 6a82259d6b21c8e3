"""One ``monday-sync plan`` or ``push`` in a process of its own, on the board's clock; prints what it took as JSON.

    python -m bench.push_work plan|push ADMIN_URL ADMIN_TOKEN

Environment as for monday-sync itself. Waiting moves the emulator's clock instead of the wall's, so a push of two hours
takes the minutes that its work takes.
"""

from __future__ import annotations

import functools
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx

from board_emulator.admin import TOKEN_HEADER
from monday_sync.commands.opening import open_context
from monday_sync.commands.plan import plan_in
from monday_sync.commands.push import PushRequest, push_in
from monday_sync.domain.selection import PushOptions
from warehouse.duckdb import DuckDBSession

_STATEMENTS = ("execute", "rows", "arrow", "batches", "insert", "upsert", "create_table", "replace_table", "drop_table")


class Counter:
    """Counts calls of the database; one that is made of others counts once."""

    def __init__(self) -> None:
        self.count = 0
        self._depth = 0

    def watch(self, owner: type, names: tuple[str, ...]) -> None:
        """Count calls of these methods of ``owner`` from now on."""
        for name in names:
            setattr(owner, name, self._counted(getattr(owner, name)))

    def _counted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.count += self._depth == 0
            self._depth += 1
            try:
                return method(*args, **kwargs)
            finally:
                self._depth -= 1

        return counted


def main(what: str, admin: str, token: str) -> None:
    """Plan or push, and print what it took."""
    statements = Counter()
    statements.watch(DuckDBSession, _STATEMENTS)
    http = httpx.Client(timeout=60, headers={TOKEN_HEADER: token})
    waited = 0.0

    def sleep(seconds: float) -> None:
        nonlocal waited
        waited += seconds
        http.post(f"{admin}/admin/clock", json={"advance": seconds})

    before = float(http.post(f"{admin}/admin/clock", json={}).json()["now"])
    cpu, wall = time.process_time(), time.perf_counter()
    result: dict[str, Any]
    with open_context("local", sleep=sleep) as context:
        if what == "plan":
            made = plan_in(context, PushOptions())
            result = {"steps": len(made.steps)}
        else:
            pushed = push_in(context, PushRequest(PushOptions()))
            result = {
                "created": pushed.items.created + pushed.subitems.created,
                "updated": pushed.items.updated + pushed.subitems.updated,
                "failed": pushed.items.failed + pushed.subitems.failed,
                "groups": pushed.groups_created,
                "outcome": pushed.outcome,
                "message": pushed.message,
                "points": pushed.points,
                "error": pushed.errors[0].message if pushed.errors else None,
            }
        result["rejected"] = context.api.rejected
        result["calls"] = context.api.calls
    result |= {
        "cpu_seconds": time.process_time() - cpu,
        "wall_seconds": time.perf_counter() - wall,
        "board_seconds": float(http.post(f"{admin}/admin/clock", json={}).json()["now"]) - before,
        "waited_seconds": waited,
        "statements": statements.count,
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
