"""What may lie in a folder beside good workbooks: none of it ends the run, or keeps it waiting."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

import loader
from loader import LandResult, SourceError, Status
from loader.cli import main
from loader.errors import RejectedError, RetryableReadError
from loader.filenames import LONGEST_FILE_NAME
from loader.sources import Entry
from loader.sources import folder as folder_module
from loader.sources.folder import Folder
from loader.tables import FILE_LOG
from tests.loader.books import NAME, TABLE, book, order, save
from warehouse import Session, Warehouse

pytestmark = pytest.mark.usefixtures("read_here")

Land = Callable[..., LandResult]
ODD = "ODD ORDER LIST.xlsx"
NOBODY = 65534


def by_file(result: LandResult) -> dict[str, tuple[Status, str]]:
    return {file.file: (file.status, file.reason or "") for file in result.files}


@contextmanager
def without_rights() -> Iterator[None]:
    """Root may read anything: for the block we are somebody else."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the address of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.chdir(here)


def _loop(path: Path) -> None:
    (path.parent / "other").symlink_to(path)
    path.symlink_to(path.parent / "other")


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (Path.mkdir, "It is a folder, not a file."),
        (os.mkfifo, "It is a pipe, not a file."),
        (_socket, "It is a socket, not a file."),
        (lambda path: path.symlink_to("nowhere.xlsx"), "It is a link to a file that is not there."),
        (lambda path: path.symlink_to(path), "It cannot be looked at: Too many levels of symbolic links."),
        (_loop, "It cannot be looked at: Too many levels of symbolic links."),
        (lambda path: path.symlink_to(path.parent), "It is a folder, not a file."),
    ],
    ids=["folder", "pipe", "socket", "dangling link", "link to itself", "loop of links", "link to a folder"],
)
def test_what_is_named_like_a_workbook_and_is_none_is_rejected(
    source: Path, land: Land, warehouse: Warehouse, make: Callable[[Path], object], what: str
) -> None:
    """The entry is rejected with what it is, in result and log, and the workbook beside it lands."""
    save(source, [order("A1")])
    make(source / ODD)
    result = land()
    assert by_file(result)[NAME][0] is Status.LANDED
    assert by_file(result)[ODD] == (
        Status.REJECTED,
        f"{what} Take it out of the source, or put the workbook in its place.",
    )
    with warehouse.session() as session:
        logged = session.rows(f"select status from {warehouse.relation(FILE_LOG)} where file = ?", [ODD])
    assert logged == [("rejected",)]


def test_folders_and_odd_things_of_other_names_are_passed_over(source: Path, land: Land) -> None:
    """A folder is not entered and not spoken of; a pipe or a loop is listed with what is no workbook."""
    save(source, [order("A1")])
    (source / "archive").mkdir()
    os.mkfifo(source / "control")
    (source / "loop").symlink_to(source / "loop")
    result = land()
    assert (result.landed, result.rejected, result.ignored) == (1, 0, ("control", "loop"))


def test_a_link_to_a_workbook_is_a_workbook(source: Path, tmp_path: Path, land: Land) -> None:
    """Links are followed."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (source / NAME).symlink_to(save(elsewhere, [order("A1")]))
    assert land().landed == 1


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(source: Path) -> None:
    """Between listing and reading anything can happen: the reader does not wait for somebody to write."""
    path = save(source, [order("A1")])
    folder = Folder(source)
    (entry,) = folder.entries()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(RetryableReadError, match="changed while it was read"):
        folder.read(entry)
    (entry,) = folder.entries()
    with pytest.raises(RejectedError, match="It is a pipe"):
        folder.read(entry)


def test_a_file_without_rights(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is listed, and reading it says what is lacking."""
    save(source, [order("A1")]).chmod(0)
    monkeypatch.chdir(source)
    source.chmod(0o755)
    with without_rights():
        (entry,) = Folder(Path()).entries()
        with pytest.raises(RetryableReadError, match=r"Permission denied\. .*give the loader the right"):
            Folder(Path()).read(entry)


def test_a_file_without_rights_hurts_no_other(source: Path, land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is rejected, the others land."""
    save(source, [order("A1")])
    save(source, [order("B1")], name=ODD)
    real = folder_module._contents

    def refused(path: Path) -> bytes:
        if path.name == ODD:
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(folder_module, "_contents", refused)
    monkeypatch.setattr("loader.reading._PAUSE_BEFORE_SECOND_TRY", 0)
    result = by_file(land())
    assert (result[NAME][0], result[ODD][0]) == (Status.LANDED, Status.REJECTED)
    assert "Permission denied" in result[ODD][1]


def test_a_source_that_is_a_loop(tmp_path: Path, warehouse: Warehouse) -> None:
    """Wrong use with a sentence, not a trace."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(SourceError, match="cannot be listed: Too many levels"):
        loader.land(warehouse, str(tmp_path / "loop"))


def test_a_missing_folder_names_those_beside_it(tmp_path: Path, source: Path, warehouse: Warehouse) -> None:
    """A slip in the path is found by what there is; an empty folder names the folders in it."""
    with pytest.raises(SourceError, match=r"does not exist\. .*Beside it there are 'workbooks'"):
        loader.land(warehouse, str(tmp_path / "workboks"))
    (source / "2026").mkdir()
    with pytest.raises(SourceError, match=r"\(0 other files\).*Folders in it are not entered: '2026'"):
        loader.land(warehouse, str(source))


NAMES = [
    b"CAF\xc9 ORDER LIST.xlsx", b"LINE\nBREAK ORDER LIST.xlsx", "SHOP \U0001f600 ORDER LIST.xlsx".encode(),
    "NAI\u0308VE ORDER LIST.xlsx".encode(), b"A" + "\N{CJK UNIFIED IDEOGRAPH-8BA2}".encode() * 80 + b".xlsx",
    b"O'NEILL \"X\"; DROP TABLE x--.xlsx", b"BLANK.Xlsx ",
]  # fmt: skip


def test_any_name_is_read_and_logged(source: Path, project: Path, warehouse: Warehouse) -> None:
    """Whatever a workbook is called, it lands, and log, JSON and console name it; one that has no name is rejected."""
    for name in NAMES:
        (Path(os.fsdecode(os.fsencode(source) + b"/" + name))).write_bytes(book([order("A1")]))
    (source / "\N{CJK UNIFIED IDEOGRAPH-8BA2}.xlsx").write_bytes(book([order("A1")]))
    done = CliRunner().invoke(main, ["land", "--source", str(source), "--json"])
    files = json.loads(done.stdout)["files"]
    assert (done.exit_code, len(files)) == (1, len(NAMES) + 1)
    assert sum(file["status"] == "landed" for file in files) == len(NAMES)
    assert {"CAF\\xc9 ORDER LIST.xlsx", "LINE\\x0aBREAK ORDER LIST.xlsx", "NA\u00cfVE ORDER LIST.xlsx"} <= {
        file["file"] for file in files
    }
    with warehouse.session() as session:
        logged = {row[0] for row in session.rows(f"select file from {warehouse.relation(FILE_LOG)}")}
    assert logged == {file["file"] for file in files}
    assert all(len(name.encode("utf-16-le")) // 2 <= LONGEST_FILE_NAME for name in logged)
    again = CliRunner().invoke(main, ["land", "--source", str(source)])
    assert f"{len(NAMES)} unchanged" in again.stdout


COMPANIONS = {"~$" + NAME, "._" + NAME, ".~" + NAME, f".~lock.{NAME}#", ".hidden.xlsx"}


def test_companions_are_ignored_and_listed(source: Path, land: Land, warehouse: Warehouse) -> None:
    """They reject nobody; the result names them, the log says once what each is."""
    save(source, [order("A1")])
    for name in COMPANIONS:
        (source / name).write_bytes(b"\0" * 165)
    for _ in range(2):
        result = land()
        assert (result.landed + result.unchanged, result.rejected, set(result.ignored)) == (1, 0, COMPANIONS)
    with warehouse.session() as session:
        rows = session.rows(f"select file, reason from {warehouse.relation(FILE_LOG)} where status = 'ignored'")
    assert len(rows) == len(COMPANIONS)
    assert dict(rows)["._" + NAME] == "It is what macOS keeps beside a file."


TWIN = "GREYSON-ORDER-LIST.xlsx"


def first_cell(session: Session, warehouse: Warehouse) -> object:
    return session.rows(f"select * from {warehouse.relation(TABLE)}")[0][0]


def test_the_workbook_that_landed_before_keeps_its_table(source: Path, land: Land, warehouse: Warehouse) -> None:
    """A newcomer that maps to the same table is rejected and names the other, also when it alone is asked for."""
    save(source, [order("OLD")])
    land()
    save(source, [order("NEW")], name=TWIN)
    for options in ({}, {"full": True}, {"select": [TWIN]}):
        result = by_file(land(**options))
        assert result[TWIN][0] is Status.REJECTED
        assert f"'{TWIN}' maps to the table of '{NAME}', {TABLE}, which stays." in result[TWIN][1]
        assert result.get(NAME, (Status.UNCHANGED,))[0] is not Status.REJECTED
    save(source, [order("MENDED")])
    assert by_file(land())[NAME][0] is Status.LANDED
    with warehouse.session() as session:
        assert first_cell(session, warehouse) == "MENDED"
    (source / NAME).unlink()
    assert by_file(land()) == {TWIN: (Status.LANDED, "")}, "a renamed workbook takes its table along"


def test_of_two_newcomers_neither_lands(source: Path, land: Land) -> None:
    """Nobody knows which is meant: both are rejected, and once one is gone the other lands."""
    save(source, [order("A1")])
    save(source, [order("B1")], name=TWIN)
    result = land()
    assert (result.landed, result.rejected) == (0, 2)
    assert all(f"'{NAME}' and '{TWIN}' map to one table" in reason for _, reason in by_file(result).values())
    (source / TWIN).unlink()
    assert land().landed == 1


def test_a_faulty_entry_does_not_take_a_workbooks_table(source: Path, land: Land) -> None:
    """A folder named like the workbook with another suffix is rejected alone."""
    save(source, [order("A1")])
    (source / "GREYSON ORDER LIST (M3).xlsm").mkdir()
    assert {status for status, _ in by_file(land()).values()} == {Status.LANDED, Status.REJECTED}


def test_an_entry_with_a_fault_is_never_read() -> None:
    """Also when it turned up only at the second look."""
    with pytest.raises(RejectedError, match=r"It is odd\. Correct it\."):
        Folder(Path()).read(Entry("x.xlsx", "x.xlsx", "", 0, ("It is odd.", "Correct it.")))
