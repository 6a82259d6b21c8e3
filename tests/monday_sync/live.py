"""A project, the emulator over HTTP, and the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

import monday_sync
from bench.soak.referee import differences
from bench.soak.relations import Order, Relations
from board_emulator.testing import EmulatorHandle, running_emulator
from monday_sync.cli import main
from monday_sync.domain.board import load_board
from warehouse import load_target, open_warehouse


@dataclass
class Live:
    handle: EmulatorHandle
    project: Path
    relations: Relations

    def have(self, source: list[Order]) -> None:
        self.relations.set_orders(source)

    def push(self) -> monday_sync.PushResult:
        return monday_sync.push("local", project_dir=self.project)

    def wrong(self, source: list[Order]) -> list[str]:
        return differences(self.handle, load_board("local", self.project / "boards"), self.relations, source)

    def cli(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))


@pytest.fixture
def live(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    monkeypatch.chdir(project)
    config = load_board("local", project / "boards")
    warehouse = open_warehouse(load_target("local", project_dir=project))
    numbers = [m.view_column for m in config.items if m.type == "numbers"]
    relations = Relations(warehouse, [m.view_column for m in config.items], numbers)
    kept = duckdb.connect(str(project / "board.duckdb"))
    relations.create()
    with running_emulator(boards=None) as handle:
        monkeypatch.setenv("MONDAY_API_URL", handle.url)
        yield Live(handle, project, relations)
    kept.close()
