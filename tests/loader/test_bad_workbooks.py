"""Every kind of bad workbook: rejected with sheet, row and what to do, and never read at a price."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from loader import LandResult, Limits, RejectedError, Status
from loader.formats import package
from loader.sources.folder import Folder
from loader.workbook import Sheet, read_sheet
from tests.loader.books import NAME, REQUIRED, book, order, rewritten, save, shared_book, with_sheet_xml
from tests.loader.corpus.ole_writer import ole

Land = Callable[..., LandResult]
GOOD = book([order("A1")])
SHARED = shared_book([order("A1")])


def rejection(data: bytes, name: str = NAME, limits: Limits | None = None) -> str:
    with pytest.raises(RejectedError) as caught:
        read_sheet(name, data, limits or Limits())
    assert caught.value.hint, "a rejection says what to do"
    return str(caught.value)


def sheet_of(data: bytes, name: str = NAME) -> Sheet:
    return read_sheet(name, data, Limits())


def rows_xml(rows: str) -> Callable[[bytes], bytes]:
    return lambda xml: xml.replace(b"</sheetData>", rows.encode() + b"</sheetData>")


@pytest.mark.parametrize("data", [b"AAG ORDER NUMBER,CUSTOMER NAME\n", b"<html></html>"])
def test_not_a_zip(data: bytes) -> None:
    """A CSV or a web page under the name of a workbook."""
    assert "not a zip archive" in rejection(data)


def test_empty_file() -> None:
    """A file of no bytes."""
    assert "0 bytes" in rejection(b"")


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_truncated(share: float) -> None:
    """A workbook cut off: what an unfinished copy looks like."""
    assert "truncated or still being written" in rejection(GOOD[: int(len(GOOD) * share)])


def test_damaged_part() -> None:
    """A bit flipped inside a part is found by its checksum, not by wrong numbers on the board."""
    archive = zipfile.ZipFile(io.BytesIO(GOOD))
    info = archive.getinfo("xl/worksheets/sheet1.xml")
    data = bytearray(GOOD)
    data[info.header_offset + 60 + len(info.filename)] ^= 0xFF
    assert "xl/worksheets/sheet1.xml of the file is damaged" in rejection(bytes(data))


def test_password_protected() -> None:
    """An encrypted workbook is an OLE container, whatever its name says."""
    message = rejection(ole({"EncryptionInfo": b"x", "EncryptedPackage": b"y"}))
    assert "password" in message
    assert "remove the password" in message


def test_the_content_says_what_a_file_is() -> None:
    """A workbook under another suffix is read all the same; a web page under the name .xls is called one."""
    assert sheet_of(GOOD, "A.xls").height == sheet_of(GOOD, "A.xlsb").height == 1
    assert "a web page" in rejection(b"<html><table></table></html>", "A.xls")


def test_no_sheet_with_cells() -> None:
    """A workbook of chart sheets only."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    workbook.create_chartsheet("CHART")
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert "no sheet with cells" in rejection(buffer.getvalue())


def test_empty_sheet() -> None:
    """A sheet without any value, named in the message."""
    assert "Sheet 'MASTER' is empty" in rejection(book([], headers=[]))


def test_header_only() -> None:
    """Headers without rows do not replace the rows of last time by nothing."""
    assert "headers in row 1 but no rows" in rejection(book([]))


def test_missing_header_names_the_nearest() -> None:
    """The message names the row that comes nearest, what is missing and what stands there instead."""
    headers = ["AAG ORDER NO", "CUSTOMER NAME", "CUSTOMER STYLE", "TOTAL QTY"]
    message = rejection(book([order("A1")], headers=headers, above=[["GREYSON"], []]))
    assert "row 3 comes nearest: AAG ORDER NUMBER is missing (nearest: 'AAG ORDER NO')" in message
    assert "Sheet 'MASTER'" in message


def test_text_nowhere() -> None:
    """Numbers only: there is no header to come near to, and the message quotes what is there."""
    assert "nor one like it; the sheet begins with '1'" in rejection(book([[1, 2], [3, 4]], headers=[1]))


@pytest.mark.parametrize("cached", ["", "<v></v>", "<v/>", "<v />"])
def test_formula_without_a_result(cached: str) -> None:
    """A formula that was never calculated would land as an empty cell: a silent loss."""
    xml = f'<row r="7"><c r="A7" t="inlineStr"><is><t>A7</t></is></c><c r="D7"><f>SUM(1,2)</f>{cached}</c></row>'
    message = rejection(with_sheet_xml(GOOD, rows_xml(xml)))
    assert "Sheet 'MASTER', row 7: cell D7 is a formula without a stored result" in message
    assert "let it calculate, and save it" in message


def test_formula_with_a_result() -> None:
    """A calculated formula lands as its result, and so does one whose result is an empty text."""
    xml = (
        '<row r="7"><c r="A7" t="str"><f>"A"&amp;"7"</f><v>A7</v></c><c r="B7" t="str"><f>""</f><v></v></c>'
        '<c r="D7"><f>SUM(1,2)</f><v>3</v></c></row>'
    )
    rows = sheet_of(with_sheet_xml(GOOD, rows_xml(xml))).data.to_pylist()
    assert rows[-1] == {"AAG ORDER NUMBER": "A7", "CUSTOMER NAME": None, "CUSTOMER STYLE": None, "TOTAL QTY": "3"}


def test_as_many_columns_as_excel_has() -> None:
    """16,384 columns, most of them without a header: refused before they are built."""
    xml = '<row r="2"><c r="XFD2"><v>1</v></c></row>'
    assert "out to column 16,384; the limit is 1,019" in rejection(with_sheet_xml(GOOD, rows_xml(xml)))


def test_far_corner() -> None:
    """Two values span an area of billions of cells: they land, and nothing that large is built."""
    xml = '<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>'
    sheet = sheet_of(with_sheet_xml(GOOD, rows_xml(xml)))
    assert sheet.rows.to_pylist() == [2, 1_048_576]
    assert sheet.data.column("column_702").to_pylist() == [None, "1"]


def test_too_many_rows() -> None:
    """A value far below the list is refused with its row."""
    xml = '<row r="900000"><c r="A900000"><v>1</v></c></row>'
    message = rejection(with_sheet_xml(GOOD, rows_xml(xml)), limits=Limits(rows=200_000))
    assert "down to row 900,000; the limit is 200,000" in message


def test_a_million_blank_formatted_rows() -> None:
    """Formatting without values is no data: the list lands, and costs no more than its own rows."""
    blank = "".join(f'<row r="{n}"><c r="A{n}" s="0"/><c r="B{n}" s="0"/></row>' for n in range(3, 1_048_577))
    sheet = sheet_of(with_sheet_xml(GOOD, rows_xml(blank)))
    assert sheet.data.num_rows == 1


def test_wide_formatting_is_no_data() -> None:
    """A format out to the last column adds no column."""
    xml = '<row r="2"><c r="XFD2" s="0"/></row>'
    assert len(sheet_of(with_sheet_xml(GOOD, rows_xml(xml))).headers) == len(REQUIRED)


def test_zip_bomb_by_its_own_word() -> None:
    """An archive that says it unpacks to more than the limit is not unpacked."""
    bomb = rewritten(SHARED, {"sharedStrings.xml": lambda xml: xml + b" " * 50_000_000})
    assert len(bomb) < 200_000
    message = rejection(bomb, limits=Limits(unpacked_bytes=10_000_000))
    assert "unpacks to 50," in message
    assert "zip bomb" in message


def test_zip_bomb_that_lies() -> None:
    """An archive that unpacks to more than it says is damaged goods, and found while unpacking in pieces."""
    data = bytearray(rewritten(SHARED, {"sharedStrings.xml": lambda xml: xml + b" " * 50_000_000}))
    directory = data.index(b"PK\x01\x02")
    entry = data.index(b"xl/sharedStrings.xml", directory) - 46
    data[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    assert "sharedStrings.xml of the file is damaged" in rejection(bytes(data))


def test_file_over_the_limit() -> None:
    """The file's own size has a limit, and the message says how to raise it."""
    assert "ORDER_LIST_LIMIT_FILE_BYTES" in rejection(GOOD, limits=Limits(file_bytes=100))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "sharedStrings.xml", "worksheets/sheet1.xml"])
def test_external_entities(part: str, tmp_path: Path) -> None:
    """XML that would read a file of this machine, or blow itself up, is refused wherever it stands."""
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2", encoding="utf-8")
    dtd = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'.encode()
    attack = rewritten(SHARED, {part: lambda xml: xml.replace(b"?>", b"?>" + dtd, 1) if b"?>" in xml else dtd + xml})
    message = rejection(attack)
    assert "declares a document type or entities" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    "before", [b"<!-- <worksheet> -->", b"<?x <worksheet> ?>", b"<!--" + b"<a>" * 2_000_000 + b"-->"]
)
def test_entities_behind_what_looks_like_the_root(before: bytes) -> None:
    """An element in a comment, or a comment longer than what is looked at at once, does not hide a document type."""
    dtd = before + b"<!DOCTYPE x [<!ENTITY e 'x'>]>"
    attack = rewritten(GOOD, {"worksheets/sheet1.xml": lambda xml: dtd + xml.partition(b"?>")[2] or dtd + xml})
    assert "declares a document type or entities" in rejection(attack)


@pytest.mark.parametrize("offset", range(12))
def test_document_type_over_a_seam(offset: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document type that begins in one piece of a long part and ends in the next is seen."""
    monkeypatch.setattr(package, "_PIECE", 64)
    filling = b"<!--" + b"x" * (114 + offset) + b"-->"
    attack = with_sheet_xml(GOOD, lambda xml: filling + b"<!DOCTYPE x>" + xml)
    assert "declares a document type" in rejection(attack)


@pytest.mark.slow
def test_file_that_is_too_large_is_not_even_read(source: Path, land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    """The listing's size is enough to reject it: its bytes would have to find room in memory first."""
    save(source, [order("A1")])
    monkeypatch.setenv("ORDER_LIST_LIMIT_FILE_BYTES", "1000")
    monkeypatch.setattr(Folder, "read", lambda *_: pytest.fail("read"))
    (result,) = land().files
    assert "ORDER_LIST_LIMIT_FILE_BYTES" in str(result.reason)


def test_bad_limit_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that is no number is wrong use, not a limit of zero."""
    monkeypatch.setenv("ORDER_LIST_LIMIT_ROWS", "many")
    with pytest.raises(Exception, match="ORDER_LIST_LIMIT_ROWS is 'many'"):
        Limits.from_environment()
    monkeypatch.setenv("ORDER_LIST_LIMIT_ROWS", "7")
    assert Limits.from_environment().rows == 7


@pytest.mark.slow
def test_one_bad_workbook_hurts_no_other(source: Path, land: Land) -> None:
    """The good ones land, the bad one is named with its reason, temporary and strange files are passed over."""
    save(source, [order("A1")])
    (source / "BROKEN ORDER LIST (M3).xlsx").write_bytes(GOOD[:500])
    (source / "~$GREYSON ORDER LIST (M3).xlsx").write_bytes(b"lock")
    (source / "(M3).xlsx").write_bytes(GOOD)
    (source / "notes.txt").write_text("x", encoding="utf-8")
    result = land()
    assert {f.file: f.status for f in result.files} == {
        NAME: Status.LANDED, "BROKEN ORDER LIST (M3).xlsx": Status.REJECTED, "(M3).xlsx": Status.REJECTED,
    }  # fmt: skip
    assert set(result.ignored) == {"~$GREYSON ORDER LIST (M3).xlsx", "notes.txt"}


@pytest.mark.slow
def test_two_workbooks_for_one_table(source: Path, land: Land) -> None:
    """Both are rejected, each message names both, and neither replaces the table."""
    save(source, [order("A1")], name="GREYSON ORDER LIST (M3).xlsx")
    save(source, [order("A2")], name="greyson order list.xlsx")
    save(source, [order("A3")], name="AJE ORDER LIST.xlsx")
    result = land()
    reasons = [f.reason or "" for f in result.files if f.status is Status.REJECTED]
    assert len(reasons) == 2
    assert all("'GREYSON ORDER LIST (M3).xlsx' and 'greyson order list.xlsx' map to one table" in r for r in reasons)
    assert result.landed == 1
