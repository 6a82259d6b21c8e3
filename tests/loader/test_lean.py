"""The copy that calamine reads in place of the workbook holds the same cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from loader import Limits, RejectedError
from loader import lean as lean_module
from loader.inspection import inspect_sheet
from loader.lean import LeanCopy
from loader.package import check_parts, open_package, sheet_parts
from loader.workbook import read_sheet
from tests.loader.books import NAME, REQUIRED, book, order, rewritten, shared_book, with_sheet_xml

ROWS = [order(f"A{number}", qty=number) for number in range(50)]


def lean_copy(data: bytes) -> bytes | None:
    package = open_package(data, Limits())
    (sheet, part), *_ = sheet_parts(package).items()
    copy = LeanCopy(part)
    check_parts(package, copy)
    inspect_sheet(package, sheet, Limits(), copy)
    return copy.finish()


def merged() -> bytes:
    workbook = openpyxl.load_workbook(io.BytesIO(book(ROWS, above=[["Order list", None, None], []])))
    workbook["MASTER"].merge_cells("A1:C1")
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def prefixed(data: bytes) -> bytes:
    def change(xml: bytes) -> bytes:
        for name in (b"worksheet", b"sheetData", b"row", b"c", b"v", b"is", b"t", b"f"):
            for end in (b" ", b">", b"/>"):
                xml = xml.replace(b"<" + name + end, b"<x:" + name + end)
            xml = xml.replace(b"</" + name + b">", b"</x:" + name + b">")
        return xml.replace(b"xmlns=", b"xmlns:x=", 1)

    return with_sheet_xml(data, change)


@pytest.mark.parametrize(
    "data",
    [book(ROWS), shared_book(ROWS), merged(), prefixed(book(ROWS))],
    ids=["inline", "shared", "merged", "prefixed"],
)
def test_same_sheet(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts in place or shared, merged cells, a namespace prefix: with the copy and without it, one result."""
    assert lean_copy(data)
    with_it = read_sheet(NAME, data, Limits())
    monkeypatch.setattr(LeanCopy, "finish", lambda _self: None)
    assert read_sheet(NAME, data, Limits()) == with_it
    assert with_it.data.num_rows == len(ROWS)


def test_nothing_is_packed_and_only_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures and the like stay out; what is left is stored, and the search for merged cells ends at once."""
    data = rewritten(book(ROWS), {})
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/media/image1.png", b"\x89PNG")
    copy = lean_copy(buffer.getvalue())
    assert copy
    archive = zipfile.ZipFile(io.BytesIO(copy))
    assert not [info.filename for info in archive.infolist() if info.compress_type != zipfile.ZIP_STORED]
    assert "xl/media/image1.png" not in archive.namelist()
    xml = archive.read("xl/worksheets/sheet1.xml")
    assert xml.index(b"<mergeCells></mergeCells>") < xml.index(b"<sheetData")


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace(b"<worksheet ", b"<worksheet a=unquoted ", 1),
        lambda xml: xml.replace(b"<worksheet ", b"<worksheet\x00", 1),
    ],
    ids=["unquoted", "broken"],
)
def test_unusual_start_is_left_alone(change: Callable[[bytes], bytes]) -> None:
    """Where the root element is not plainly one, calamine gets the file as it is."""
    assert lean_copy(with_sheet_xml(book(ROWS), change)) is None


def test_root_with_a_bracket_in_an_attribute() -> None:
    """A bracket inside quotes does not end the root element."""
    data = with_sheet_xml(book(ROWS), lambda xml: xml.replace(b"<worksheet ", b'<worksheet a="1 > 0" ', 1))
    assert lean_copy(data)
    assert read_sheet(NAME, data, Limits()).data.num_rows == len(ROWS)


def test_large_workbooks_are_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above a size the copy's memory would count; the sheet is read all the same."""
    monkeypatch.setattr(lean_module, "_MOST_BYTES", 2_000)
    assert lean_copy(book(ROWS)) is None
    assert read_sheet(NAME, book(ROWS), Limits()).data.num_rows == len(ROWS)


def test_chart_sheet_in_front() -> None:
    """A chart in front is no sheet of cells: the first sheet that is one is read."""
    workbook = openpyxl.load_workbook(io.BytesIO(book(ROWS, sheet="Orders")))
    workbook.create_chartsheet("Chart", 0)
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert "xl/chartsheets/" in "".join(zipfile.ZipFile(buffer).namelist())
    sheet = read_sheet(NAME, buffer.getvalue(), Limits())
    assert (sheet.name, [h.column for h in sheet.headers]) == ("Orders", REQUIRED)


def test_sheets_at_an_unusual_place() -> None:
    """Sheets need not lie under worksheets/: calamine's word on which they are is the last."""

    def move(xml: bytes) -> bytes:
        return xml.replace(b"worksheets/sheet1.xml", b"cells/sheet1.xml")

    source, buffer = zipfile.ZipFile(io.BytesIO(book(ROWS))), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for info in source.infolist():
            target.writestr(move(info.filename.encode()).decode(), move(source.read(info)))
    assert read_sheet(NAME, buffer.getvalue(), Limits()).data.num_rows == len(ROWS)


def test_part_twice() -> None:
    """Two parts of one name could be read as two different things: such an archive is refused."""
    buffer = io.BytesIO(book(ROWS))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet/>")
    with pytest.raises(RejectedError, match="holds a part twice"):
        read_sheet(NAME, buffer.getvalue(), Limits())
