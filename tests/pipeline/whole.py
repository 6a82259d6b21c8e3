"""The real whole for a test: workbooks, programs as processes, a database of its own, a board to look into."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from board_emulator.testing import EmulatorHandle
from board_emulator.values import text_of
from monday_sync.domain.board import load_board
from tests.project import DATABASE, ROOT, place_of
from warehouse import Target, open_warehouse

ITEM_COLUMNS = ("aag_order_number", "customer_style", "planned_delivery_method", "po_number", "notes")


@dataclass(frozen=True)
class Whole:
    """One copy of the project with its database, and one board."""

    folder: Path
    board: EmulatorHandle

    @property
    def workbooks(self) -> Path:
        return self.folder / "workbooks"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            **place_of(self.folder),
            "ORDER_LIST_SOURCE": str(self.workbooks),
            "ORDER_LIST_REPORTS": str(self.folder / "reports"),
            "MONDAY_API_URL": self.board.url,
        }

    def call(self, module: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Run a program to its end: exit status and what it printed with --json."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments, "--json"],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    def kill_in(self, stage: str, dice: random.Random, longest: float) -> bool:
        """Start a run and kill it at a random moment after ``stage`` began; whether it was still running then."""
        log = self.folder / "killed.log"
        with log.open("w", encoding="utf-8") as said, subprocess.Popen(
            [sys.executable, "-m", "pipeline", "run"], cwd=self.folder, env=self.environment, stdout=said, stderr=said
        ) as process:  # fmt: skip
            while process.poll() is None and f"{stage} ..." not in log.read_text(encoding="utf-8"):
                time.sleep(0.02)
            time.sleep(dice.uniform(0, longest))
            alive = process.poll() is None
            process.kill()
        return alive

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        path = str(self.folder / DATABASE)
        warehouse = open_warehouse(Target("local", "duckdb", "main", {"path": path}, self.folder))
        with warehouse.session(read_only=True) as session:
            return session.rows(sql)

    def wanted(self) -> tuple[Counter[tuple[Any, ...]], Counter[tuple[Any, ...]]]:
        """Items and subitems as the database has them."""
        columns = ", ".join(f"coalesce({name}, '')" for name in ITEM_COLUMNS)
        items = self.rows(
            f"select group_name, item_name, {columns}, case when order_type = 'CANCELLED' then 0 else total_qty end "
            'from "swp_ORDER_LIST_SYNC"'
        )
        lines = self.rows(
            'select o.item_name, o.aag_order_number, l.size_code, l.qty from "ORDER_LIST_LINES" l '
            'join "swp_ORDER_LIST_SYNC" o on o.order_key = l.order_key'
        )
        return Counter(map(tuple, items)), Counter(map(tuple, lines))

    def shown(self) -> tuple[Counter[tuple[Any, ...]], Counter[tuple[Any, ...]]]:
        """Items and subitems as the board has them, read from the emulator's own state."""
        config = load_board("local", ROOT / "boards")
        world = self.board.state
        ids = {mapping.view_column: mapping.column_id for mapping in (*config.items, *config.subitems)}
        sub_ids = {mapping.view_column: mapping.column_id for mapping in config.subitems}
        items: Counter[tuple[Any, ...]] = Counter()
        subitems: Counter[tuple[Any, ...]] = Counter()
        with world.lock:
            board, sub_board = world.board(config.board_id), world.board(config.subitem_board_id)
            titles = {group.id: group.title for group in board.active_groups()}
            names = {}

            def text(where: Any, item: Any, column: str) -> str:
                return text_of(where.columns[column], item.values.get(column)) or ""

            for item in world.listed(board):
                values = [text(board, item, ids[name]) for name in ITEM_COLUMNS]
                total = text(board, item, ids["total_qty"])
                items[(titles[item.group_id], item.name, *values, int(float(total)) if total else None)] += 1
                names[item.id] = (item.name, values[0])
            for item in world.listed(sub_board):
                qty = text(sub_board, item, sub_ids["qty"])
                assert item.parent_id is not None
                subitems[(*names[item.parent_id], item.name, int(float(qty)))] += 1
        return items, subitems
