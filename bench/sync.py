"""The sync engine at the limit: throughput, calls and CPU on the emulator's clock, beside the public clients."""

from __future__ import annotations

import json
import math
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb

from bench.board import SUBITEMS, Board, running_board
from bench.claims import Claim, Report, ratio
from bench.clients import measure_clients
from bench.scratch import Scratch
from bench.workload import workload
from console import say

_AREA = "sync"
_PLAN = "enterprise"
_MINUTE = 60
_CHANGES = 500


def measure_sync(report: Report, cache: Path, *, orders: int) -> None:
    """A first load of ``orders`` orders and their lines, a push with nothing to do, and a day with 500 changes."""
    few = _built(cache, max(orders // 10, 46))
    with running_board(_PLAN) as board:
        small = _engine(few, board, "plan")
    scratch = _built(cache, orders)
    with running_board(_PLAN) as board:
        budget = int(board.admin("limits")["points_a_minute"])
        # the emulator takes the documented 10,000 items for the limit of a board of subitems as well
        board.admin(f"boards/{SUBITEMS}", {"items_limit": 100 * orders})
        plan = _engine(scratch, board, "plan")
        say(f"pushing {plan['steps']:,} records to the board, on its clock ...")
        first = _engine(scratch, board, "push")
        idle = _engine(scratch, board, "push")
        changed = _change_notes(scratch, min(_CHANGES, orders // 10))
        scratch.build()
        day = _engine(scratch, board, "push")
        referee = board.admin("referee")
    report.claims += [
        Claim(_AREA, "statements of a plan, 10x the orders", ratio(plan["statements"], small["statements"]), 1, "x"),
        Claim(_AREA, "throughput of the first load / budget", 100 * _throughput(first, budget), 95, "%", "at least"),
        Claim(_AREA, "rejected calls in all", idle["rejected"] + first["rejected"] + day["rejected"], 0, "calls"),
        Claim(_AREA, "changes on the board when nothing changed", idle["created"] + idle["updated"], 0, "records"),
        Claim(_AREA, "calls when nothing changed (to learn that)", idle["calls"], 1, "calls"),
        Claim(_AREA, f"records of a day with {changed} changes", day["updated"], changed, "records"),
        Claim(_AREA, "failed records", first["failed"] + day["failed"], 0, "records"),
        Claim(_AREA, "duplicates and orphans", referee["duplicates"] + len(referee["orphans"]), 0, "items"),
        Claim(_AREA, "CPU per record, first load", 1000 * ratio(first["cpu_seconds"], _records(first)), 1, "ms"),
    ]  # fmt: skip
    report.note(_AREA, plan=plan, first_load=first, nothing_changed=idle, day_of_changes=day)
    _compare(report, cache, {"first load": first, f"day with {changed} changes": day})


def ideal_seconds(points: int, budget: int) -> float:
    """The least time in which ``points`` can be spent at ``budget`` a minute, the first minute's at once."""
    return _MINUTE * max(0, math.ceil(points / budget) - 1)


def _throughput(pushed: dict[str, Any], budget: int) -> float:
    """What was reached of the throughput that the budget permits; 1 for what fits into one minute's budget."""
    ideal = ideal_seconds(pushed["points"], budget)
    return ratio(ideal, pushed["board_seconds"]) if ideal else 1.0


def _records(pushed: dict[str, Any]) -> int:
    return int(pushed["created"] + pushed["updated"])


def _compare(report: Report, cache: Path, ours: dict[str, dict[str, Any]]) -> None:
    """Calls per 1,000 records: at most a twentieth of what the best of the public clients needs."""
    clients = measure_clients(cache)
    best = min(found.per_thousand for found in clients if found.per_thousand is not None)
    for what, pushed in ours.items():
        text = f"calls per 1,000 records, {what} (best public client: {best:,.0f})"
        report.claims.append(Claim(_AREA, text, 1000 * ratio(pushed["calls"], _records(pushed)), best / 20, "calls"))
    report.note(_AREA, public_clients={c.client: c.failure or round(c.per_thousand or 0, 1) for c in clients})


def _built(cache: Path, orders: int) -> Scratch:
    """A database with about ``orders`` orders, transformed and never pushed."""
    scratch = Scratch.fresh(cache / f"sync-{orders}", workload(cache, orders).folder)
    say(f"landing and building {orders:,} rows for the sync ...")
    scratch.land()
    scratch.build()
    return scratch


def _engine(scratch: Scratch, board: Board, what: str) -> dict[str, Any]:
    measured = scratch.run(
        "bench.push_work", what, board.base, board.admin_token, environment={"MONDAY_API_URL": board.url}
    )
    found: dict[str, Any] = json.loads(measured.output.splitlines()[-1])
    return found


def _change_notes(scratch: Scratch, count: int) -> int:
    """Write another note to ``count`` orders in the raw tables, as a landing of edited workbooks would."""
    path = scratch.environment["ORDER_LIST_DUCKDB"]
    with duckdb.connect(os.fspath(path)) as connection:
        chosen = connection.execute(
            'select l.raw_table, o._source_row from "ORDER_LIST" o join loader_file_log l on l.load_id = o._load_id '
            "and l.file = o._source_file order by o.order_key limit ?", [count]
        ).fetchall()  # fmt: skip
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for table, row in chosen:
            rows[table].append(row)
        for table, numbers in rows.items():
            connection.execute(
                f'update "{table}" set "NOTES" = \'Changed for the bench\' where _source_row in (select unnest(?))',  # noqa: S608
                [numbers],
            )
    return len(chosen)
