"""What SQL Server has no room for is found before anything is sent, and costs the workbook, not the landing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyodbc
import pytest

from loader import land
from loader.results import FileResult, LandResult, Status
from tests.loader.books import REQUIRED, order, save
from tests.sqlserver.driver import Server, warehouse
from warehouse import Column
from warehouse.sqlserver import fit

LATIN = "SQL_Latin1_General_CP1_CI_AS"
MODERN = "Latin1_General_100_CI_AS_SC_UTF8"
REFUSED = pyodbc.ProgrammingError(
    "42000", "[42000] [Microsoft][SQL Server]Column names in each table must be unique. (2705)"
)
DEADLOCK = pyodbc.Error("40001", "[40001] [Microsoft][SQL Server]chosen as the deadlock victim. (1205)")
LOST = pyodbc.OperationalError("08S01", "[08S01] [Microsoft]Communication link failure (0)")
WAITED = pyodbc.ProgrammingError("42000", "[42000] [SQL Server]Lock request time out period exceeded. (1222)")


@pytest.mark.parametrize(
    ("one", "other", "collation", "same"),
    [
        ("2", "²", LATIN, True), ("2", "²", MODERN, True), ("2", "²", "Latin1_General_BIN2", False),
        ("2", "²", "Latin1_General_100_CI_AS_WS_SC", False), ("size", "SIZE", "Latin1_General_CS_AS", True),
        ("\uff38\uff2c", "XL", LATIN, True), ("e", "é", LATIN, False), ("e", "é", "Latin1_General_CI_AI", True),
        ("é", "e\u0301", MODERN, True), ("M", "M😀", LATIN, True), ("M", "M😀", MODERN, False),
        ("M", "M∆", LATIN, False), ("M", "M\u200b", MODERN, True), ("M", "M ", "Latin1_General_BIN2", True),
    ],
)  # fmt: skip
def test_names_are_one_as_the_collation_says(one: str, other: str, collation: str, same: bool) -> None:
    """Case never counts, width and accents as the collation says, and what an older one does not know is nothing."""
    assert (fit.why_names_do_not_fit([one, other], collation) is not None) is same


def rows_of(*widths: int, filled: int, columns: int) -> tuple[list[Column], pa.Table]:
    """Rows of texts of some widths in ``filled`` of so many columns."""
    names = [f"c{n}" for n in range(columns)]
    cells = [[("x" * width if n < filled else None) for width in widths] for n in range(columns)]
    return [Column(name) for name in names], pa.table([pa.array(c, pa.string()) for c in cells], names)


def found(columns: list[Column], data: pa.Table, first: int = 5) -> tuple[int, int, int] | None:
    """The first row that is too wide, of rows numbered from ``first``."""
    numbers = pa.array(range(first, first + data.num_rows), pa.int32())
    return fit.first_row_too_wide(columns, [(numbers, data)])


def test_a_row_of_pointers_is_too_wide() -> None:
    """A long cell leaves a pointer of 24 bytes and an offset in its row: 305 fit, 310 do not; the row is named."""
    fits, data = rows_of(1, 100, filled=300, columns=300)
    assert found(fits, data) is None
    columns, data = rows_of(1, 100, filled=320, columns=320)
    row = found(columns, data)
    assert row is not None
    assert (row[0], row[2]) == (6, 320)
    assert row[1] > fit.MAX_ROW_BYTES


def test_short_and_empty_cells_count_for_what_they_are() -> None:
    """Up to 12 characters stand in the row itself, an empty cell takes its offset only."""
    assert found(*rows_of(3, filled=900, columns=900)) is None
    assert found(*rows_of(100, filled=200, columns=1000)) is None
    assert found(*rows_of(100, filled=250, columns=1000)) is not None


def test_very_long_cells_have_longer_pointers() -> None:
    """Of 32,767 characters the pointer has 72 bytes, so fewer cells fill a row."""
    assert found(*rows_of(32_767, filled=100, columns=100)) is None
    assert found(*rows_of(32_767, filled=115, columns=115)) is not None


@pytest.fixture
def landed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Server], LandResult]:
    """A landing of the folder on a played server."""

    def run(server: Server) -> LandResult:
        usual: dict[str, list[tuple[Any, ...]]] = {
            "Collation": [(LATIN,)], "sp_getapplock": [(0,)], r"max\(load_seq\)": [(None, 0)],
        }  # fmt: skip
        server.answers = usual | server.answers
        monkeypatch.setattr("warehouse.sqlserver.warehouse.connect", lambda _: server.connect())
        return land(warehouse(), str(tmp_path), processes=1)

    for name in ("A", "B", "C"):
        save(tmp_path, [order(name)], name=f"{name} ORDER LIST.xlsx")
    return run


def by_name(result: LandResult) -> dict[str, FileResult]:
    """The files' results by the first letter of the file."""
    return {file.file[0]: file for file in result.files}


def statuses(result: LandResult) -> dict[str, Status]:
    """What became of each."""
    return {name: file.status for name, file in by_name(result).items()}


def test_a_workbook_that_does_not_fit_is_rejected_before_it_is_sent(
    landed: Callable[[Server], LandResult], tmp_path: Path
) -> None:
    """Names that are one, and a row that is too wide: two rejections with the reason, no statement, the third lands."""
    save(tmp_path, [[*order("A"), 1, 2]], headers=[*REQUIRED, "2", "²"], name="A ORDER LIST.xlsx")
    many = [f"size {n}" for n in range(330)]
    save(tmp_path, [order("B"), [*order("B"), *["x" * 40] * 330]], headers=[*REQUIRED, *many], name="B ORDER LIST.xlsx")
    server = Server()
    result = landed(server)
    assert statuses(result) == {"A": Status.REJECTED, "B": Status.REJECTED, "C": Status.LANDED}
    files = by_name(result)
    assert "'2' and '²' are one name" in str(files["A"].reason)
    assert "Row 3 has 334 filled cells" in str(files["B"].reason)
    assert server.statements(r"create table \[dbo\]\.\[x[AB]_") == []
    assert len(server.statements(r"create table \[dbo\]\.\[xC_")) == 1


def test_what_the_server_refuses_costs_one_workbook(landed: Callable[[Server], LandResult]) -> None:
    """Whatever the server says about one workbook is that one's rejection; the others land."""
    server = Server(fails=lambda sql: REFUSED if "create table [dbo].[xB_" in sql else None)
    result = landed(server)
    assert statuses(result) == {"A": Status.LANDED, "B": Status.REJECTED, "C": Status.LANDED}
    assert "Column names in each table must be unique" in str(by_name(result)["B"].reason)


def test_a_lost_connection_costs_no_workbook(landed: Callable[[Server], LandResult]) -> None:
    """A connection that breaks while a workbook goes in: it is landed again on a new one."""
    errors = [LOST]
    server = Server(fails=lambda sql: errors.pop() if "insert into [dbo].[xB_" in sql and errors else None)
    assert statuses(landed(server)) == dict.fromkeys("ABC", Status.LANDED)


def test_the_rows_go_in_beside_the_table_that_is_read(landed: Callable[[Server], LandResult]) -> None:
    """Nothing but the change of places, the headers and the log stands in the transaction that readers wait for."""
    server = Server()
    landed(server)
    sent = [s.sql for s in server.sent]
    rename = next(n for n, sql in enumerate(sent) if "sp_rename" in sql)
    begin = max(n for n in range(rename) if sent[n] == "<begin>")
    commit = next(n for n in range(rename, len(sent)) if sent[n] == "<commit>")
    assert sent[begin - 1] == "set lock_timeout 2000"
    between = [sql for sql in sent[begin + 1 : commit] if not sql.startswith("<")]
    assert [sql.split(" ")[0] for sql in between] == ["drop", "exec", "delete", "insert", "insert"]
    assert "set lock_timeout -1" in sent[commit:]
    assert next(n for n, sql in enumerate(sent) if "insert into [dbo].[x" in sql) < begin


@pytest.mark.parametrize("error", [WAITED, DEADLOCK], ids=["a reader who stays", "a deadlock"])
def test_a_rename_steps_back_and_begins_anew(error: pyodbc.Error, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that is not given in two seconds lets the others read first; the whole of the work is done again."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    errors = [error, error]
    server = Server(fails=lambda sql: errors.pop() if "sp_rename" in sql and errors else None)
    session = server.session()
    session.briefly(lambda: session.replace_table("t", "t__new"))
    assert len(server.statements("sp_rename")) == 3
    assert server.statements("<") == ["<begin>", "<rollback>", "<end>"] * 2 + ["<begin>", "<commit>", "<end>"]
