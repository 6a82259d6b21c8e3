from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import loader
from console import ConfigurationError, LockHeldError, SystemRefusedError
from loader import LandResult, Limits, SourceError, Status
from loader import reading as reading_module
from loader.reading import Job, read_one
from loader.sources import Entry
from loader.sources import folder as folder_module
from loader.sources.folder import Folder
from loader.tables import FILE_HEADERS, FILE_LOG
from tests.loader.books import NAME, REQUIRED, TABLE, book, order, save, with_sheet_xml
from warehouse import DatabaseFailedError, Warehouse

Land = Callable[..., LandResult]


def landed_rows(warehouse: Warehouse, table: str = TABLE) -> list[tuple[object, ...]]:
    with warehouse.session() as session:
        return session.rows(f"select * from {warehouse.relation(table)} order by _source_row")


def test_a_workbook_lands_as_its_table(source: Path, land: Land, warehouse: Warehouse) -> None:
    """Title rows above the header, stray spaces and line breaks stay what they are; rows know where they came from."""
    rows: list[list[object]] = [
        ["A1", "GREYSON", "ÜBER\n\U0001f455", 12],
        [],
        [" ", "", "", ""],
        ["A2", " x ", "s", 1.5],
    ]
    data = book(rows, above=[["ORDER LIST"], []], headers=["AAG  ORDER\nNUMBER", *REQUIRED[1:]])
    # Excel marks a blank that someone typed as one to preserve; openpyxl does not
    typed = with_sheet_xml(data, lambda xml: xml.replace(b"<t> </t>", b'<t xml:space="preserve"> </t>'))
    (source / NAME).write_bytes(typed)
    result = land()
    assert result.files[0].header_row == 3
    with warehouse.session() as session:
        assert session.columns(TABLE)[:4] == REQUIRED
    got = landed_rows(warehouse)
    assert [row[:7] for row in got] == [
        ("A1", "GREYSON", "ÜBER\n\U0001f455", "12", NAME, "MASTER", 4),
        (" ", None, None, None, NAME, "MASTER", 6),
        ("A2", " x ", "s", "1.5", NAME, "MASTER", 7),
    ]
    assert {row[8] for row in got} == {result.run_id}


def test_the_sheet_master_wins_else_the_first(source: Path, land: Land, warehouse: Warehouse) -> None:
    """MASTER is found wherever it stands and however it is written."""
    workbook = openpyxl.load_workbook(io.BytesIO(book([order("FIRST")], sheet="OLD")))
    master = workbook.create_sheet("Master ")
    for row in ([*REQUIRED], order("M1")):
        master.append(row)
    workbook.save(source / NAME)
    save(source, [order("ONLY")], name="AJE ORDER LIST.xlsx", sheet="Sheet1")
    land()
    assert landed_rows(warehouse)[0][0] == "M1"
    assert landed_rows(warehouse, "xAJE_ORDER_LIST_RAW")[0][0] == "ONLY"


def test_headers_are_recorded_and_reported(source: Path, land: Land, warehouse: Warehouse) -> None:
    """Empty and repeated headers are in loader_file_headers with their note, and in the result as warnings."""
    save(source, [[*order("A1"), 1, 2, 3]], headers=[*REQUIRED, "S", None, "s"])
    result = land()
    with warehouse.session() as session:
        rows = session.rows(f"select position, column_name, note from {warehouse.relation(FILE_HEADERS)} order by 1")
    assert rows[4:] == [(5, "S", None), (6, "column_6", "empty"), (7, "s (2)", "duplicate")]
    assert len(result.files[0].warnings) == 2


def test_unchanged_workbooks_are_not_read(
    source: Path, land: Land, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same etag: not even opened. Same bytes under a new etag: not parsed. Changed bytes: landed. --full: landed."""
    path = save(source, [order("A1")])
    assert land().landed == 1
    with monkeypatch.context() as patch:
        patch.setattr(Folder, "read", lambda *_: pytest.fail("an unchanged workbook was opened"))
        assert land().unchanged == 1
    os.utime(path, (1, 1))
    with monkeypatch.context() as patch:
        patch.setattr("loader.workbook.read_sheet", lambda *_: pytest.fail("unchanged bytes were parsed"))
        assert land().unchanged == 1
        patch.setattr(Folder, "read", lambda *_: pytest.fail("the new etag was not remembered"))
        assert land().unchanged == 1
    assert land(full=True).landed == 1
    save(source, [order("A2")])
    assert land().landed == 1
    assert landed_rows(warehouse)[0][0] == "A2"


def test_a_missing_table_is_landed_again(source: Path, land: Land, warehouse: Warehouse) -> None:
    """Somebody dropped the table: unchanged bytes are no reason to leave it missing."""
    save(source, [order("A1")])
    land()
    with warehouse.session() as session:
        session.drop_table(TABLE)
    assert land().landed == 1


def test_a_rejected_workbook_keeps_its_rows_and_is_read_again(source: Path, land: Land, warehouse: Warehouse) -> None:
    """The last good rows stay, each run says again what is wrong, and the fixed file lands."""
    path = save(source, [order("A1")])
    good = path.read_bytes()
    land()
    path.write_bytes(good[:400])
    for _ in range(2):
        assert land().rejected == 1
        assert landed_rows(warehouse)[0][0] == "A1"
    path.write_bytes(good)
    assert land().rejected == 0


def test_the_log_has_a_line_for_each_workbook_and_run(source: Path, land: Land, warehouse: Warehouse) -> None:
    """Landed, unchanged and rejected are logged with their facts and reason."""
    save(source, [order("A1"), order("A2")])
    (source / "BAD ORDER LIST.xlsx").write_bytes(b"x")
    land()
    land()
    with warehouse.session() as session:
        rows = session.rows(
            f"select file, status, sheet, header_row, {warehouse.quote('rows')}, {warehouse.quote('columns')}, reason "
            f"from {warehouse.relation(FILE_LOG)} order by logged_at, file"
        )
    assert [(r[0], r[1]) for r in rows] == [
        ("BAD ORDER LIST.xlsx", "rejected"), (NAME, "landed"), ("BAD ORDER LIST.xlsx", "rejected"), (NAME, "unchanged"),
    ]  # fmt: skip
    assert rows[1][2:6] == ("MASTER", 1, 2, 4)
    assert "not a zip archive" in str(rows[0][6])


def test_select_and_limit_choose_files(source: Path, land: Land) -> None:
    """Patterns compare names without case; the limit takes the first by name; a pattern for nothing is wrong use."""
    for name in ("A ORDER LIST.xlsx", "B ORDER LIST.xlsx", "C ORDER LIST.xlsx"):
        save(source, [order("1")], name=name)
    assert [f.file for f in land(select=["b*", "C*"]).files] == ["B ORDER LIST.xlsx", "C ORDER LIST.xlsx"]
    assert [f.file for f in land(limit_files=1).files] == ["A ORDER LIST.xlsx"]
    with pytest.raises(SourceError, match="No workbook matches Z"):
        land(select=["Z*"])


def test_a_source_that_is_none(source: Path, warehouse: Warehouse, land: Land) -> None:
    """A folder that is missing, empty or a file, and a scheme nobody knows, are wrong use: nothing is done."""
    with pytest.raises(SourceError, match=r"no workbook in .* \(0 other files\)"):
        land()
    for text, message in [
        (str(source / "nowhere"), "does not exist"), ("s3://bucket", "is no source"), ("az://", "names no container"),
        ("az://box", "AZURE_STORAGE_CONNECTION_STRING"),
    ]:  # fmt: skip
        with pytest.raises(ConfigurationError, match=message):
            loader.land(warehouse, text)


def test_a_workbook_that_vanishes(source: Path, land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listed and then deleted: this one is rejected, the others land."""
    gone = save(source, [order("A1")])
    save(source, [order("B1")], name="AJE ORDER LIST.xlsx")
    real = Folder.entries

    def listed_then_deleted(folder: Folder) -> list[Entry]:
        entries = real(folder)
        gone.unlink(missing_ok=True)
        return entries

    monkeypatch.setattr(Folder, "entries", listed_then_deleted)
    monkeypatch.setattr(reading_module, "_PAUSE_BEFORE_SECOND_TRY", 0)
    result = land()
    assert "vanished between listing and reading" in str(next(f.reason for f in result.files if f.file == NAME))
    assert result.landed == 1


def test_a_workbook_that_vanishes_while_the_folder_is_listed(
    source: Path, land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is as if it had never been there; the folder is not said to be missing."""
    gone = save(source, [order("A1")])
    save(source, [order("B1")], name="AJE ORDER LIST.xlsx")
    real = folder_module._entry

    def deleted_before_it_is_looked_at(path: Path, stat: os.stat_result) -> Entry:
        if path == gone:
            raise FileNotFoundError(path)
        return real(path, stat)

    monkeypatch.setattr(folder_module, "_entry", deleted_before_it_is_looked_at)
    assert [f.file for f in land().files] == ["AJE ORDER LIST.xlsx"]


def test_a_workbook_that_is_being_written(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It changes at each look: rejected as being written. It settles at the second look: landed."""
    path = save(source, [order("A1")])
    monkeypatch.setattr(reading_module, "_PAUSE_BEFORE_SECOND_TRY", 0)
    reads = []
    real = folder_module._contents

    def growing(file: Path) -> bytes:
        data = real(file)
        reads.append(1)
        if len(reads) <= writes:
            path.write_bytes(data + b"\0")
        return data

    monkeypatch.setattr(folder_module, "_contents", growing)
    (entry,) = Folder(source).entries()
    writes = 1000
    assert "being written" in str(read_one(Folder(source), Job(entry), Limits()).error)
    save(source, [order("A1")])
    (entry,) = Folder(source).entries()
    reads.clear()
    writes = 1
    assert read_one(Folder(source), Job(entry), Limits()).sheet


def test_another_run_holds_the_lock(source: Path, project: Path, land: Land) -> None:
    """A second process is told who is at work, and does nothing."""
    save(source, [order("A1")])
    code = (
        "import sys, time\nfrom warehouse import load_target, open_warehouse\n"
        "with open_warehouse(load_target('local')).lock():\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code], cwd=project, stdout=subprocess.PIPE, env=_environment(), text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockHeldError, match=f"process {holder.pid}"):
            land()
    finally:
        holder.kill()
        holder.communicate()
    assert land().landed == 1


@pytest.mark.parametrize("step", ["create_table", "insert", "replace_table", "log"])
def test_killed_while_landing(source: Path, project: Path, land: Land, warehouse: Warehouse, step: str) -> None:
    """SIGKILL before or inside the swap leaves the old table whole; the next run lands the new one, and no remains."""
    save(source, [order("OLD")])
    land()
    save(source, [order("NEW1"), order("NEW2")])
    code = f"""
import os, signal, sys
import loader
from loader import tables
from warehouse import load_target, open_warehouse
from warehouse.duckdb import DuckDBSession

def deadly(function):
    def run(*args, **kwargs):
        if "__new" in str(args[1:]) or {step!r} == "log":
            function(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **kwargs)
    return run

owner = tables if {step!r} == "log" else DuckDBSession
setattr(owner, {step!r}, deadly(getattr(owner, {step!r})))
loader.land(open_warehouse(load_target("local")), sys.argv[1])
"""
    killed = subprocess.run(
        [sys.executable, "-c", code, str(source)], cwd=project, env=_environment(), capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert [row[0] for row in landed_rows(warehouse)] == ["OLD"]
    assert land().landed == 1
    assert [row[0] for row in landed_rows(warehouse)] == ["NEW1", "NEW2"]
    with warehouse.session() as session:
        assert not [name for name in session.relations() if name.endswith("__new")]


@pytest.mark.parametrize("full", [False, True])
def test_tables_of_someone_else_s_are_refused_by_name(
    source: Path, land: Land, warehouse: Warehouse, full: bool
) -> None:
    """A raw table and a log that the loader did not make: status 2, all named, nothing landed, nothing lost."""
    theirs = (TABLE, f"{TABLE}__new", FILE_LOG)
    save(source, [order("A1")])
    with warehouse.session() as session:
        for name in theirs:
            session.execute(f"create table \"{name}\" as select range as id, 'A1' as order_number from range(7)")
    with pytest.raises(ConfigurationError, match="loader_file_log was not made by this project"):
        land(full=full)
    with warehouse.session() as session:
        session.execute(f"drop table {FILE_LOG}")
    with pytest.raises(ConfigurationError, match=f"^{TABLE}, {TABLE}__new were not made by this project"):
        land(full=full)
    with warehouse.session() as session:
        assert sorted(session.relations()) == [TABLE, f"{TABLE}__new"]
        assert session.rows(f'select count(*) from "{TABLE}"') == [(7,)]


def test_status_values_are_those_of_the_contract() -> None:
    """Others read these words in loader_file_log."""
    assert {s.value for s in Status} == {"landed", "unchanged", "rejected", "missing", "forgotten", "ignored"}


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def test_a_full_disk_rejects_no_workbook(
    source: Path, land: Land, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no fault of the workbook: the landing ends with the cause, and the next one lands it."""
    save(source, [order("A1")])

    def full(*_: object, **__: object) -> None:
        raise DatabaseFailedError("order_list.duckdb cannot grow, for its disk is full.", hint="Make room there.")

    with monkeypatch.context() as patch:
        patch.setattr("loader.tables.land_sheet", full)
        with pytest.raises(DatabaseFailedError):
            land()
    assert [file.status for file in land().files] == [Status.LANDED]


@pytest.mark.usefixtures("read_here")
def test_no_room_for_the_rows_on_their_way_rejects_no_workbook(
    source: Path, land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk for temporary files is told as such, and not as a file to open in Excel and save anew."""
    save(source, [order("A1")])

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("loader.spool.Spool.write", full)
        with pytest.raises(SystemRefusedError, match=r"cannot be kept in .*: its disk is full.*TMPDIR"):
            land()
    assert [file.status for file in land().files] == [Status.LANDED]
