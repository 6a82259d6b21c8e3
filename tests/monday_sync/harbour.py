"""A target with two boards on one emulator: the second has columns of its own ids, and subitems of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import pytest
import yaml
from click.testing import CliRunner, Result

from bench.soak.referee import differences
from bench.soak.relations import Order, Relations
from board_emulator.clock import MovableClock
from board_emulator.model import Item
from board_emulator.testing import EmulatorHandle, running_emulator
from monday_sync.api import MutationRequest
from monday_sync.cli import main
from monday_sync.commands.opening import Opened, open_boards
from monday_sync.commands.push import PushRequest
from monday_sync.commands.target import TargetPlan, plan_opened, push_opened
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.selection import PushOptions
from monday_sync.engine.merging import TargetResult

SPRING, FALL = "2026 SPRING", "2026 FALL"
ROOT = Path(__file__).parents[2]
OTHER, BELOW = "77", "78"
#: a board as it is after duplicating the first: with the same column ids
COPY, BELOW_COPY = "87", "88"


class Crash(BaseException):
    """The process dies here."""


@dataclass
class Harbour:
    """The target, and what a push to all of its boards needs."""

    handle: EmulatorHandle
    project: Path
    opened: Opened
    relations: Relations
    clock: MovableClock
    source: list[Order]

    def have(self, source: Sequence[Order], **options: Any) -> None:
        self.source = list(source)
        self.relations.set_orders(self.source, **options)

    def push(self, *, yes: int | None = None, plan_id: str | None = None, **options: Any) -> TargetResult:
        result = push_opened(self.opened, PushRequest(PushOptions(**options), yes, plan_id))
        assert isinstance(result, TargetResult)
        return result

    def plan(self, **options: Any) -> TargetPlan:
        made = plan_opened(self.opened, PushOptions(**options))
        assert isinstance(made, TargetPlan)
        return made

    def board(self, name: str) -> BoardConfig:
        return next(c.board for c in self.opened.contexts if c.board.name == name)

    def names(self, name: str) -> list[str]:
        world = self.handle.state
        return sorted(item.name for item in world.listed(world.board(self.board(name).board_id)))

    def item(self, name: str) -> Item:
        return next(i for i in self.handle.state.all_items() if i.name == name and i.state == "active")

    def wrong(self, **scopes: str) -> list[str]:
        """What is wrong on the boards; each has to show the orders of its season, and nothing else."""
        found = []
        for name, season in (scopes or {"spring": SPRING, "fall": FALL}).items():
            mine = [order for order in self.source if order.season == season]
            found += [f"{name}: {what}" for what in differences(self.handle, self.board(name), self.relations, mine)]
        return found

    def state(self, sql: str) -> list[tuple[object, ...]]:
        with self.opened.contexts[0].ledger.session() as session:
            return session.rows(sql)

    def settled(self) -> bool:
        rows = self.state("select distinct sync_state from FACT_ORDER_LIST")
        lines = self.state("select distinct sync_state from ORDER_LIST_LINES")
        doubts = self.state("select count(*) from monday_sync_attempts where outcome = 'INTENT'")
        return (set(rows), set(lines), doubts) == ({("SYNCED",)}, {("SYNCED",)}, [(0,)])

    def cli(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    def rewrite(self, change: Callable[[list[dict[str, Any]]], object]) -> None:
        """Change the boards' file, and open it anew."""
        path = self.project / "boards/local.yml"
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(document)
        path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        self.reopen()

    def reopen(self) -> None:
        for context in self.opened.contexts:
            context.api.close()
        self.opened = open_boards("local", project_dir=self.project, clock=self.now, sleep=self.clock.advance)

    def now(self) -> dt.datetime:
        self.clock.advance(0.001)
        return dt.datetime.fromtimestamp(self.clock.now(), dt.UTC).replace(tzinfo=None)

    def crash(self, nth: int, when: str, **options: Any) -> bool:
        """Push, and die at the nth request that changes a board; whether there were so many."""
        count, died = iter(range(1000)), []
        warehouse = self.opened.warehouse
        real = {context.board.board_id: context.api.mutate for context in self.opened.contexts}

        def no_session(*, read_only: bool = False) -> NoReturn:
            raise Crash

        def die() -> None:
            died.append(1)
            warehouse.session = no_session  # type: ignore[method-assign]
            raise Crash

        def mutate(board_id: str) -> Callable[[MutationRequest], Any]:
            def send(request: MutationRequest) -> Any:
                is_last = next(count) == nth
                if is_last and when == "before":
                    die()
                answer = real[board_id](request)
                if is_last:
                    die()
                return answer

            return send

        for context in self.opened.contexts:
            context.api.mutate = mutate(context.board.board_id)  # type: ignore[method-assign,assignment]
        try:
            self.push(**options)
        except Crash:
            del warehouse.session
        self.reopen()
        return bool(died)


@pytest.fixture
def harbour(project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Harbour]:
    kept = duckdb.connect(str(project / "board.duckdb"))
    (project / "boards/local.yml").write_text(yaml.safe_dump(two_boards(), sort_keys=False), encoding="utf-8")
    (tmp_path / "emulated.yml").write_text(_emulated(), encoding="utf-8")
    clock = MovableClock(1_800_000_000)
    monkeypatch.chdir(project)
    with running_emulator(boards=tmp_path / "emulated.yml", clock=clock) as handle:
        monkeypatch.setenv("MONDAY_API_URL", handle.url)
        opened = open_boards("local", project_dir=project)
        config = opened.contexts[0].board
        numbers = [m.view_column for m in config.items if m.type == "numbers"]
        relations = Relations(opened.warehouse, [m.view_column for m in config.items], numbers)
        relations.create()
        here = Harbour(handle, project, opened, relations, clock, [])
        here.reopen()
        yield here
        for context in here.opened.contexts:
            context.api.close()
    kept.close()


def other(column_id: str) -> str:
    """The id of a column on the second board."""
    return column_id if column_id == "name" else f"{column_id}_b"


def two_boards() -> list[dict[str, Any]]:
    dev = yaml.safe_load((ROOT / "boards/dev.yml").read_text(encoding="utf-8"))
    policy = {"touch_share": 1.0, "bulk": "never"}
    moved = {
        section: {view: {**line, "column": other(line["column"])} for view, line in dev[section].items()}
        for section in ("items", "subitems")
    }
    return [
        {"extends": "dev", "api": "emulator", "name": "spring", "scope": {"seasons": [SPRING]}, "policy": policy},
        {"extends": "dev", "api": "emulator", "name": "fall", "scope": {"seasons": [FALL]}, "policy": policy,
         "board_id": int(OTHER), "subitem_board_id": int(BELOW), **moved},
    ]  # fmt: skip


def _emulated() -> str:
    document = yaml.safe_load((ROOT / "board_emulator/boards.yml").read_text("utf-8"))
    by_id = {str(board["id"]): board for board in document["boards"]}
    dev = by_id["9609317401"]
    below = by_id[str(dev["subitem_board"])]

    def again(board: dict[str, Any], **changes: Any) -> dict[str, Any]:
        columns = {other(column_id): of for column_id, of in board["columns"].items()}
        keys: dict[str, Any] = {"business_key": [other(c) for c in board.get("business_key", ())]}
        if "quantity_column" in board:
            keys["quantity_column"] = other(board["quantity_column"])
        return {**board, **keys, "columns": columns, **changes}

    document["boards"] += [
        again(below, id=int(BELOW), name="Subitems of fall"),
        again(dev, id=int(OTHER), name="Fall", subitem_board=int(BELOW)),
        {**below, "id": int(BELOW_COPY), "name": "Subitems of the copy"},
        {**dev, "id": int(COPY), "name": "Copy", "subitem_board": int(BELOW_COPY)},
    ]
    return yaml.safe_dump(document)
