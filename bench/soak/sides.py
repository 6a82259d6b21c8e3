"""One of the databases of the soak: its orders, its relations and its ledger, which may get lost."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from bench.soak.relations import Order, Relations
from monday_sync.domain.board import load_board
from monday_sync.ledger import Ledger
from warehouse import load_target, open_warehouse

BOARDS = Path(__file__).parents[2] / "boards"
_PROFILE = "order_list:\n  target: local\n  outputs:\n    local: {type: duckdb, path: board.duckdb, schema: main}\n"
_LEDGER = ("items", "subitems", "attempts", "runs", "groups")


class Side:
    """A database that pushes its orders to the board."""

    def __init__(self, folder: Path, prefix: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.prefix = folder, prefix
        (folder / "profiles.yml").write_text(_PROFILE, encoding="utf-8")
        shutil.copytree(BOARDS, folder / "boards")
        self.config = load_board("local", folder / "boards")
        self.warehouse = open_warehouse(load_target("local", project_dir=folder))
        numbers = [m.view_column for m in self.config.items if m.type == "numbers"]
        self.relations = Relations(self.warehouse, [m.view_column for m in self.config.items], numbers)
        with self.open():
            self.relations.create()
        self.orders: list[Order] = []
        self.kept: dict[str, object] | None = None
        self.restored = False

    def change_data(self, dice: random.Random) -> None:
        """New orders, edits and cancellations."""
        for _ in range(dice.randint(2, 5)):
            customer = dice.choice(["GREYSON", "RHONE"])
            sizes = {s: dice.randint(1, 99) for s in dice.sample(["S", "M", "L", "30/32"], 2)}
            # labels that the board lacks at first, so that somebody else may be quicker in making them
            values = {"drop": f"Drop {dice.randint(1, 30)}", "category": dice.choice(["Tops", "34", None])}
            season = dice.choice(["SPRING", "FALL"])
            number = f"{self.prefix}{len(self.orders)}"
            self.orders.append(Order(customer, number, season=season, sizes=sizes, values=values))
        for index in dice.sample(range(len(self.orders)), min(3, len(self.orders))):
            order = self.orders[index].with_values(notes=f"note {dice.random()}")
            season = order.season if dice.random() < 0.7 else dice.choice(["SPRING", "FALL", "SUMMER"])
            self.orders[index] = replace(order, order_type=dice.choice(["RECEIVED", "CANCELLED"]), season=season)
        self.relations.set_orders(self.orders)

    @contextmanager
    def open(self) -> Iterator[None]:
        """With one connection open in the process, each further one costs next to nothing."""
        with duckdb.connect(str(self.folder / "board.duckdb")):
            yield

    def copy_ledger(self) -> dict[str, object]:
        with self.warehouse.session() as session:
            there = session.relations()
            return {n: session.arrow(f"select * from monday_sync_{n}") for n in _LEDGER if f"monday_sync_{n}" in there}

    def replace_ledger(self, kept: dict[str, object] | None) -> None:
        with self.warehouse.session() as session:
            for name in _LEDGER:
                session.execute(f"delete from monday_sync_{name}")
        with self.warehouse.session() as session:
            for name, data in (kept or {}).items():
                session.insert(f"monday_sync_{name}", data)

    def linked_items(self) -> int:
        """How many items the ledger knows on the board."""
        return Ledger(self.warehouse, self.config.board_id).links()[0]

    @contextmanager
    def other_subitem_board(self) -> Iterator[None]:
        """Meanwhile the board's file names the subitems of the board of another target."""
        path = self.folder / "boards" / "local.yml"
        kept = path.read_text(encoding="utf-8")
        path.write_text(f"{kept}\nsubitem_board_id: {load_board('prod', BOARDS).subitem_board_id}\n", encoding="utf-8")
        yield
        path.write_text(kept, encoding="utf-8")

    def runs(self) -> list[str]:
        """Ids of the pushes that the ledger knows, latest first."""
        return [
            r.run_id for r in Ledger(self.warehouse, self.config.board_id).runs.latest() if r.kind in {"push", "repair"}
        ]
