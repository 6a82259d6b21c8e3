"""A day in the life: what customers are special in is said in their files, and goes from the workbook to the board.

Each edit is at most three lines of one file of a copy of the project. All customers share two runs: one with every word
said, and one after a customer was paused and a workbook lost the header that its sizes stand behind.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
import yaml

from board_emulator.testing import EmulatorHandle, running_emulator
from board_emulator.values import text_of
from tests.parsed import parsed_project
from tests.project import DATABASE, ROOT

ORDER = {
    "AAG ORDER NUMBER": "A-1", "CUSTOMER NAME": "", "AAG SEASON": "AW26", "CUSTOMER SEASON": "FALL 26",
    "CUSTOMER STYLE": "POLO", "PO NUMBER": "P1", "CATEGORY": "TOPS", "UNIT OF MEASURE": "PCS", "S": 4, "M": 5,
    "TOTAL QTY": 9, "EX FACTORY DATE": "2026-06-15", "PLANNED DELIVERY METHOD": "SEA", "ORDER TYPE": "ACTIVE",
    "CUSTOMER PRICE": 12.5,
}  # fmt: skip
#: What each customer's workbook has that is special, and what its file says about it.
BOOKS: dict[str, Sequence[Mapping[str, object]]] = {
    "RHONE": [{"SHIP WINDOW": "2027-03-01", "EX FACTORY DATE": None, "XL TALL": 2, "UNIT OF MEASURE": "PCS"}],
    "ASRV": [{"ORDER TYPE": "On  hold"}],
    "EQUINOX": [{"EX FACTORY DATE": "03/04/2026"}],
    "DSSLR": [{"EX FACTORY DATE": "03/04/26"}],
    "CUTS CLOTHING": [{"CUSTOMER PRICE": "1.234,56", "M": "5,0"}],
    "JOHNNY WAS": [{"CUSTOMER PRICE": "US$ 1,234.56"}],
    "TELFAR": [{}, {"PO NUMBER": "P2"}],
    "FEETURES": [{}],
    "NOBULL": [{}],
    "TRACK SMITH": [{}],
    "G FORE": [{"CATEGORY": "  TOPS\u00a0 AND MORE "}],
    "LAMBS": [{}],
    "O'NEILL/SONS": [{}],
}
SAID = {
    "rhone": 'columns: {"Ship  window": ex_factory_date, XL TALL: size}',
    "asrv": "order_types: {on hold: received}",
    "equinox": "dates: day_first",
    "dsslr": "dates: month_first",
    "cuts_clothing": "numbers: decimal_comma",
    "johnny_was": "numbers: currency",
    "telfar": "key: [aag_order_number, po_number]",
    "feetures": "group_season: aag_season",
    "nobull": "item_name: [aag_season or customer_season, aag_order_number]",
    "g_fore": "expressions: {notes: 'concat(''Team '', \"CATEGORY\")'}",
}
SECOND = "G FORE GOLF ORDER LIST (M3).xlsx"


def file_of(customer: str) -> str:
    renamed = {"TRACK SMITH": "TRACKSMITH", "O'NEILL/SONS": "O'NEILL"}
    return f"{renamed.get(customer, customer)} ORDER LIST (M3).xlsx"


def write_book(
    folder: Path, customer: str, rows: Sequence[Mapping[str, object]], file: str = "", **changed: str
) -> None:
    """A workbook with the rows, headers called otherwise where ``changed`` says so."""
    book = openpyxl.Workbook()
    assert book.active is not None
    headers = list(ORDER)
    for header in dict.fromkeys(header for row in rows for header in row):
        if header not in headers:
            headers.append(header)
    book.active.append([changed.get(header.replace(" ", "_"), header) for header in headers])
    for row in rows:
        whole = {**ORDER, "CUSTOMER NAME": customer, **row}
        book.active.append([whole.get(header) for header in headers])
    folder.mkdir(exist_ok=True)
    book.save(folder / (file or file_of(customer)))


@dataclass(frozen=True)
class Day:
    """A project of its own, its board, and how each run ended."""

    project: Path
    folder: Path
    board: EmulatorHandle

    @property
    def workbooks(self) -> Path:
        return self.folder / "workbooks"

    def call(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-m", *arguments, "--json"],
            cwd=self.project, capture_output=True, encoding="utf-8", check=False,
            env={
                **os.environ, "PYTHONPATH": str(ROOT), "ORDER_LIST_DUCKDB": DATABASE,
                "ORDER_LIST_SOURCE": str(self.workbooks), "ORDER_LIST_REPORTS": str(self.folder / "reports"),
                "DBT_PROFILES_DIR": str(self.project), "MONDAY_API_URL": self.board.url,
                "MONDAY_API_TOKEN": self.board.token,
            },
        )  # fmt: skip
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    def say(self, customer: str, words: str) -> None:
        """Three lines at the end of one customer's file."""
        path = self.project / f"models/staging/customers/stg_{customer}.yml"
        lines = path.read_text(encoding="utf-8").rstrip("\n")
        path.write_text(f"{lines}\n    config:\n      meta:\n        {words}\n", encoding="utf-8", newline="\n")

    def scaffold(self, book: str) -> None:
        """Do what the scaffold prints, and no more."""
        status, told = self.call("loader", "scaffold", str(self.workbooks / book))
        assert status == 0, told
        with (self.project / "seeds/customer_names.csv").open("a", encoding="utf-8", newline="") as seed:
            seed.writelines(f"{line}\n" for line in told["seed_lines"])

    def items(self) -> dict[str, dict[str, str]]:
        """What a planner sees of each item: column of the order list to text, by customer and purchase order."""
        columns = yaml.safe_load((ROOT / "boards/dev.yml").read_text(encoding="utf-8"))
        ids = {name: line["column"] for name, line in columns["items"].items()}
        world = self.board.state
        with world.lock:
            board = world.board(str(columns["board_id"]))
            lines = world.board(str(columns["subitem_board_id"]))
            size, qty = (columns["subitems"][name]["column"] for name in ("size_code", "qty"))
            groups = {group.id: group.title for group in board.groups.values()}
            found = {}
            for item in world.listed(board):
                shown = {n: text_of(board.columns[i], item.values.get(i)) or "" for n, i in ids.items()}
                pieces = {
                    text_of(lines.columns[size], line.values.get(size)): text_of(
                        lines.columns[qty], line.values.get(qty)
                    )
                    for line in world.listed(lines)
                    if line.parent_id == item.id
                }
                sizes = " ".join(f"{code}={count}" for code, count in sorted(pieces.items(), key=str))
                more = {"name": item.name, "group": groups[item.group_id], "sizes": sizes}
                found[f"{shown['customer_name']} {shown['po_number']}"] = {**shown, **more}
        return found


@dataclass(frozen=True)
class Told:
    """The day when it is over: what the board showed after either run, and what the runs said."""

    first: dict[str, dict[str, str]]
    second: dict[str, dict[str, str]]
    runs: tuple[tuple[int, dict[str, Any]], ...]
    database: Path

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("words")
    boards = yaml.safe_load((ROOT / "board_emulator/boards.yml").read_text(encoding="utf-8"))
    boards["labels"]["customers"].append("O'NEILL/SONS")
    (folder / "emulator.yml").write_text(yaml.safe_dump(boards, sort_keys=False), encoding="utf-8")
    with running_emulator(boards=folder / "emulator.yml") as board:
        day = Day(parsed_project(folder / "project", "boards"), folder, board)
        for customer, rows in BOOKS.items():
            write_book(day.workbooks, customer, rows)
        write_book(day.workbooks, "G FORE", [{"AAG ORDER NUMBER": "A-2", "PO NUMBER": "P9"}], SECOND)
        for customer, words in SAID.items():
            day.say(customer, words)
        day.scaffold(SECOND)
        day.scaffold(file_of("O'NEILL/SONS"))
        first, shown = day.call("pipeline", "run"), day.items()
        day.say("tracksmith", "paused: true")
        write_book(day.workbooks, "TRACK SMITH", [{"PO NUMBER": "P7"}])
        write_book(day.workbooks, "LAMBS", [{"S": 40}], UNIT_OF_MEASURE="UOM")
        second = day.call("pipeline", "run")
        yield Told(shown, day.items(), (first, second), day.project / DATABASE)


def test_the_run_is_well(told: Told) -> None:
    """With every word said, all orders of all customers are on the board, and nothing is left to fix."""
    status, run = told.runs[0]
    assert (status, run["status"]) == (0, "ok"), run["verdict"]
    assert len(told.first) == sum(map(len, BOOKS.values())) + 1


@pytest.mark.parametrize(
    ("order", "column", "expected"),
    [
        pytest.param("RHONE P1", "ex_factory_date", "2027-03-01", id="columns: a header"),
        pytest.param("RHONE P1", "sizes", "M=5 S=4 XL TALL=2", id="columns: a size"),
        pytest.param("ASRV P1", "order_type", "RECEIVED", id="order_types"),
        pytest.param("EQUINOX P1", "ex_factory_date", "2026-04-03", id="dates: day_first"),
        pytest.param("DSSLR P1", "ex_factory_date", "2026-03-04", id="dates: month_first"),
        pytest.param("CUTS CLOTHING P1", "customer_price", "1234.56", id="numbers: decimal_comma"),
        pytest.param("CUTS CLOTHING P1", "sizes", "M=5 S=4", id="numbers: decimal_comma in a size"),
        pytest.param("JOHNNY WAS P1", "customer_price", "1234.56", id="numbers: currency"),
        pytest.param("TELFAR P2", "aag_order_number", "A-1", id="key"),
        pytest.param("FEETURES P1", "group", "FEETURES AW26", id="group_season"),
        pytest.param("NOBULL P1", "name", "AW26 A-1", id="item_name"),
        pytest.param("G FORE P1", "notes", "Team TOPS AND MORE", id="expressions"),
        pytest.param("G FORE P9", "group", "G FORE FALL 26", id="a second workbook of a customer"),
        pytest.param("O'NEILL/SONS P1", "group", "O'NEILL/SONS FALL 26", id="an apostrophe and a slash"),
        pytest.param("LAMBS P1", "name", "POLO A-1 P1", id="nothing said"),
        pytest.param("LAMBS P1", "group", "LAMBS FALL 26", id="nothing said of the season"),
    ],
)
def test_what_is_said_is_on_the_board(told: Told, order: str, column: str, expected: str) -> None:
    """Each word does what docs/customers.md says, from the workbook to the board."""
    assert told.first[order][column] == expected


def test_a_paused_customer_stays_on_the_board_as_it_is(told: Told) -> None:
    """Its new workbook is not read, no test breaks, nothing of it waits or counts as gone."""
    mine = {order: shown for order, shown in told.second.items() if order.startswith("TRACK SMITH")}
    assert mine == {"TRACK SMITH P1": told.first["TRACK SMITH P1"]}
    assert told.rows("select count(*) from sync_monday__items where customer_name = 'TRACK SMITH'") == [(0,)]
    _, run = told.runs[1]
    assert run["figures"]["board"]["gone"] == 0


def test_a_workbook_without_a_bound_of_its_sizes_is_refused_and_its_last_good_orders_stand(told: Told) -> None:
    """The header right before the sizes was renamed: nothing of the workbook is read, and the run says so by file."""
    status, run = told.runs[1]
    assert (status, run["status"]) == (1, "attention")
    ((file, reason),) = ((f["file"], f["reason"]) for f in run["figures"]["rejected_files"])
    assert file == "LAMBS ORDER LIST (M3).xlsx"
    assert reason.startswith("No header is known as UNIT OF MEASURE")
    assert told.second["LAMBS P1"] == told.first["LAMBS P1"]
    lines = "select size_code, qty from ORDER_LIST_LINES where customer_name = 'LAMBS' order by 1"
    assert told.rows(lines) == [("M", 5), ("S", 4)]
