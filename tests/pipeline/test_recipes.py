"""The README's recipes, followed to the letter in a copy of the project: a customer, a column, a board, and one run."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from board_emulator.testing import EmulatorHandle, running_emulator
from board_emulator.values import text_of
from samples import generate
from tests.project import COLUMNS, ROOT, copy_project

WORKBOOK = "NEW CUSTOMER ORDER LIST (M3).xlsx"
HEADERS = ("AAG ORDER NUMBER", "CUSTOMER NAME", "CUSTOMER SEASON", "CUSTOMER STYLE", "FABRIC MILL", "UNIT OF MEASURE",
           "S", "XL TALL", "TOTAL QTY", "SHIP WINDOW")  # fmt: skip
ROW = ("N1", "NEW CUSTOMER", "2027 SPRING", "POLO", "Mill & Sons", "PCS", 4, 5, 9, "2027-03-01")
COLUMN = """\
    {'name': 'fabric_mill', 'type': 'nvarchar(255)', 'header': 'FABRIC MILL', 'spellings': ['MILL'],
     'description': 'Who wove the fabric.'},
"""
OVERRULED = """\
    config:
      meta:
        columns: {"SHIP WINDOW": ex_factory_date}
"""


@dataclass(frozen=True)
class Followed:
    """A project in which the recipes were followed, and what one run in it came to."""

    project: Path
    board: EmulatorHandle
    status: int
    run: dict[str, Any]

    def cells(self, name: str) -> dict[str, str]:
        """What a planner sees of an item on the new board, by column id."""
        world = self.board.state
        with world.lock:
            board = world.board("7000000001")
            (item,) = (item for item in world.listed(board) if item.name == name)
            return {c.id: text_of(c, item.values.get(c.id)) or "" for c in board.columns.values()}


def new_board(folder: Path) -> Path:
    """What people made on the board's side: a board like dev's with one column more, and the customer's label."""
    boards = yaml.safe_load((ROOT / "board_emulator/boards.yml").read_text(encoding="utf-8"))
    board, lines = copy.deepcopy(boards["boards"][:2])
    board |= {"id": 7000000001, "name": "Planning of a new team", "subitem_board": 7000000002}
    lines |= {"id": 7000000002, "name": "Subitems of Planning of a new team"}
    board["columns"]["text_mill"] = ["FABRIC MILL", "text"]
    boards["labels"]["customers"].append("NEW CUSTOMER")
    boards["boards"] += [board, lines]
    path = folder / "emulator.yml"
    path.write_text(yaml.safe_dump(boards, sort_keys=False), encoding="utf-8")
    return path


def call(project: Path, environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=project, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, done.stdout


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path} is not as the recipe takes it"
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


def add_customer(project: Path, environment: dict[str, str], workbooks: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (HEADERS, ROW):
        book.active.append(row)
    book.save(workbooks / WORKBOOK)
    status, told = call(project, environment, "loader", "scaffold", str(workbooks / WORKBOOK), "--json")
    assert status == 0
    with (project / "seeds/customer_names.csv").open("a", encoding="utf-8", newline="") as seed:
        seed.writelines(f"{line}\n" for line in json.loads(told)["seed_lines"])
    with (project / "models/staging/customers/stg_new_customer.yml").open("a", encoding="utf-8") as properties:
        properties.write(OVERRULED)


def add_column(project: Path, environment: dict[str, str]) -> None:
    before = "    {'name': 'source_customer_name',"
    change(project / COLUMNS, before, COLUMN + before)
    # `make contract`
    status, told = call(project, environment, "dbt.cli.main", "--quiet", "run-operation", "order_list_contract")
    assert status == 0, told
    (project / "models/marts/order_list.yml").write_text(told, encoding="utf-8", newline="\n")


def add_board(project: Path, profiles: Path) -> None:
    board = project / "boards/planning.yml"
    shutil.copy(project / "boards/dev.yml", board)
    change(
        board,
        "board_id: 9609317401\nsubitem_board_id: 9609317948",
        "board_id: 7000000001\nsubitem_board_id: 7000000002",
    )
    change(
        board,
        "\nitems:\n",
        "\nscope: {customers: [NEW CUSTOMER]}\nitems:\n  fabric_mill: {column: text_mill, type: text}\n",
    )
    document = yaml.safe_load(profiles.read_text(encoding="utf-8"))
    document["order_list"]["outputs"]["planning"] = document["order_list"]["outputs"]["local"]
    profiles.write_text(yaml.safe_dump(document), encoding="utf-8")


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    folder = tmp_path_factory.mktemp("recipes")
    project, workbooks = copy_project(folder / "project", "boards"), folder / "workbooks"
    profiles = project / "profiles.yml"
    generate(workbooks, rows=20, customers=("GREYSON",))
    with running_emulator(boards=new_board(folder)) as board:
        environment = {
            **os.environ, "PYTHONPATH": str(ROOT), "ORDER_LIST_DUCKDB": str(folder / "order_list.duckdb"),
            "ORDER_LIST_SOURCE": str(workbooks), "ORDER_LIST_REPORTS": str(folder / "reports"),
            "DBT_PROFILES_DIR": str(project), "MONDAY_API_URL": board.url, "MONDAY_API_TOKEN": board.token,
        }  # fmt: skip
        add_customer(project, environment, workbooks)
        add_column(project, environment)
        add_board(project, profiles)
        status, told = call(project, environment, "pipeline", "run", "--target", "planning", "--json")
        yield Followed(project, board, status, json.loads(told))


def test_the_run_is_well(followed: Followed) -> None:
    """Loader, dbt with all its tests, and sync take what the recipes say, and nothing is left to fix."""
    assert (followed.status, followed.run["status"]) == (0, "ok")


def test_add_a_customer(followed: Followed) -> None:
    """The scaffold's files and the printed line of the seed bring its orders in; a new size needs nothing."""
    (customer,) = (c for c in followed.run["figures"]["customers"] if c["customer"] == "NEW CUSTOMER")
    assert (customer["rows"], customer["orders"], customer["lines"], customer["rejected_rows"]) == (1, 1, 2, 0)


def test_mend_one_customers_columns(followed: Followed) -> None:
    """Its own header goes to the column that its file names."""
    assert followed.cells("POLO N1")["date_mkr57811"] == "2027-03-01"


def test_add_a_column(followed: Followed) -> None:
    """Declared once and mapped once, it goes from the workbook to the board."""
    assert followed.cells("POLO N1")["text_mill"] == "Mill & Sons"


def test_add_a_board(followed: Followed) -> None:
    """The target's board gets the orders in its scope, the others are counted; no other board is touched."""
    assert followed.run["figures"]["board"]["items_created"] == 1
    with followed.board.state.lock:
        counts = {b.id: len(followed.board.state.listed(b)) for b in followed.board.state.boards.values()}
    assert {board: count for board, count in counts.items() if count} == {"7000000001": 1, "7000000002": 2}
