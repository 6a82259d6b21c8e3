"""What Excel, LibreOffice, Google Sheets and the libraries write goes the fast way: it is proven."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Alignment

import samples
from loader.formats import canonical, xlsx
from loader.formats.package import Package
from loader.formats.sheet_chunks import UnprovenError
from loader.formats.styles import Styles
from loader.limits import Limits
from loader.workbook import read_sheet
from tests.loader.both_ways import Outcome, outcome
from tests.loader.corpus.parts import HEAD, MAIN, OFFICE, SHEET, STRINGS, changed, pack, parts_of, strings_part

_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_X14AC = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"
_STRINGS = "<si><t>Order</t></si><si><t>Note &amp; more</t></si>"
_EXCEL = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
    f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}" xmlns:mc="{_MC}" mc:Ignorable="x14ac xr" xmlns:x14ac="{_X14AC}" '
    'xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision" '
    'xr:uid="{00000000-0001-0000-0000-000000000000}"><sheetPr codeName="Sheet1"/><dimension ref="A1:D3"/><sheetViews>'
    '<sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView>'
    '</sheetViews><sheetFormatPr defaultRowHeight="15" x14ac:dyDescent="0.25"/><cols><col min="1" max="1" width="9"/>'
    '</cols><sheetData><row r="1" spans="1:4" s="1" customFormat="1" ht="30.75" customHeight="1" thickBot="1" '
    'x14ac:dyDescent="0.3"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1" s="1" t="s"><v>1</v></c></row>'
    '<row r="2" spans="1:4" x14ac:dyDescent="0.25"><c r="A2" s="1"><v>45357</v></c>'
    '<c r="B2"><f t="shared" ref="B2:B3" si="0">A2*1.5</f><v>4.5E-2</v></c>'
    '<c r="C2" t="str"><f>IF(A2&lt;1,"x"," y ")</f><v xml:space="preserve"> y </v></c><c r="D2" s="1"/></row>'
    '<row r="3" spans="1:4" x14ac:dyDescent="0.25"><c r="A3" t="e" vm="1"><f t="array" aca="1" ref="A3" ca="1">'
    '_xlfn.UNIQUE(B2:B3)</f><v>#VALUE!</v></c><c r="B3"><f t="shared" si="0"/><v>7</v></c><c r="C3" t="b" cm="1">'
    '<f ca="1">TRUE()</f><v>1</v></c></row><row r="4" spans="1:4" hidden="1" collapsed="1"/></sheetData>'
    '<phoneticPr fontId="1"/><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
    '<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}" xmlns:x14="x"><x14:conditionalFormattings/></ext>'
    "</extLst></worksheet>"
)
_READ = {
    1: ["Order", "Note & more"], 2: ["2024-03-06", "0.045", " y "], 3: ["#VALUE!", "7", "TRUE"],
}  # fmt: skip
_LIBRE_ROW = 'customFormat="false" ht="12.8" hidden="false" customHeight="false" outlineLevel="0" collapsed="false"'
_LIBREOFFICE = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<sheetPr filterMode="false"><pageSetUpPr fitToPage="false"/></sheetPr><dimension ref="A1:C3"/><sheetData>'
    f'<row r="1" {_LIBRE_ROW}><c r="A1" s="0" t="s"><v>0</v></c><c r="B1" s="0" t="s"><v>1</v></c></row>'
    f'<row r="2" {_LIBRE_ROW}><c r="A2" s="1" t="n"><v>45357</v></c><c r="B2" s="0" t="n"><f aca="false">A2*2</f>'
    '<v>0.045</v></c><c r="C2" s="0" t="str"><f aca="false">" y "</f><v> y </v></c></row>'
    f'<row r="3" {_LIBRE_ROW}><c r="A3" s="0" t="e"><f aca="false">1/"x"</f><v>#VALUE!</v></c>'
    '<c r="B3" s="0" t="n"><v>7</v></c><c r="C3" s="0" t="b"><f aca="false">TRUE()</f><v>1</v></c></row></sheetData>'
    '<printOptions headings="false"/></worksheet>'
)
_GOOGLE = (
    f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:mx="m" xmlns:r="{OFFICE}">'
    '<sheetPr><outlinePr summaryBelow="0"/></sheetPr><sheetViews><sheetView workbookViewId="0"/></sheetViews>'
    '<sheetFormatPr customHeight="1" defaultColWidth="12.63" defaultRowHeight="15.75"/><sheetData>'
    '<row r="1" ht="15.75" customHeight="1"><c r="A1" s="2" t="s"><v>0</v></c><c r="B1" s="2" t="s"><v>1</v></c></row>'
    '<row r="2"><c r="A2" s="1"><v>45357.0</v></c><c r="B2" s="2"><f t="shared" ref="B2:B3" si="1">A2*2</f><v>0.045</v>'
    '</c><c r="C2" s="2" t="str"><f>" y "</f><v> y </v></c></row><row r="3"><c r="A3" s="2" t="e"><f>1/"x"</f>'
    '<v>#VALUE!</v></c><c r="B3" s="2"><v>7.0</v></c><c r="C3" s="2" t="b"><v>1</v></c></row></sheetData>'
    '<drawing r:id="rId1"/></worksheet>'
)
_POI = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="{MAIN}"><dimension ref="A1"/><sheetViews><sheetView '
    'workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15.0"/><sheetData>\n<row r="1">\n'
    '<c r="A1" t="inlineStr"><is><t>Order</t></is></c><c r="B1" t="inlineStr"><is><t xml:space="preserve">Note &amp; '
    'more</t></is></c></row>\n<row r="2" customFormat="1" ht="15.0" customHeight="true">\n<c r="A2" s="1" t="n">'
    '<v>45357.0</v></c><c r="B2" t="n"><v>0.045</v></c><c r="C2" t="str"><f>A1</f><v> y </v></c></row>\n<row r="3">\n'
    '<c r="A3" t="e"><v>#VALUE!</v></c><c r="B3" s="0"><v>7</v></c><c r="C3" t="b"><v>1</v></c></row>\n</sheetData>'
    "</worksheet>"
)


@pytest.fixture
def only_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever needs our own reader fails."""

    def fail(*_: object, **__: object) -> None:
        pytest.fail("the sheet is not proven")

    monkeypatch.setattr(xlsx, "read_rows", fail)


def read(data: bytes) -> Outcome:
    book = xlsx.XlsxBook(Package(data, Limits()))
    return outcome(book.rows(book.sheets[0]))


@pytest.mark.usefixtures("only_proven")
@pytest.mark.parametrize(
    "sheet",
    [_EXCEL, _LIBREOFFICE, _GOOGLE, _POI],
    ids=["Excel", "LibreOffice", "Google", "POI"],
)
@pytest.mark.parametrize("attributes", ["", ' count="9" uniqueCount="2"', ' uniqueCount="2" count="9"'])
def test_the_spelling_of_programs_is_proven(sheet: str, attributes: str) -> None:
    """Rows as these programs write them, to the attributes of rows, cells and formulas, and around them."""
    parts = parts_of(sheet, formats=(14, 0), strings=_STRINGS)
    parts[STRINGS] = strings_part(_STRINGS).replace(f'xmlns="{MAIN}"', f'xmlns="{MAIN}"{attributes}')
    assert read(pack(parts)) == _READ


def _by_openpyxl() -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (["Order", "Note & more"], [dt.date(2024, 3, 6), 0.045, " y "], ["#VALUE!", 7, True]):
        sheet.append(row)
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].hidden = 30, True
    sheet["A1"].alignment, sheet["E5"].alignment = Alignment(wrap_text=True), Alignment(wrap_text=True)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _by_xlsxwriter() -> bytes:
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer)
    sheet, date = workbook.add_worksheet(), workbook.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["Order", "Note & more"])
    sheet.write_datetime(1, 0, dt.datetime(2024, 3, 6), date)  # noqa: DTZ001 - a cell knows no time zone
    sheet.write_row(1, 1, [0.045, " y "])
    sheet.write_formula(2, 0, '=1/"x"', None, "#VALUE!")
    sheet.write_row(2, 1, [7, True])
    sheet.write_blank(4, 4, None, date)
    sheet.set_row(0, 30, date, {"level": 1, "hidden": True})
    workbook.close()
    return buffer.getvalue()


@pytest.mark.usefixtures("only_proven")
@pytest.mark.parametrize("write", [_by_openpyxl, _by_xlsxwriter])
def test_the_spelling_of_libraries_is_proven(write: Callable[[], bytes]) -> None:
    """What openpyxl and xlsxwriter write."""
    assert read(write()) == _READ


@pytest.mark.usefixtures("only_proven")
def test_the_samples_are_proven(tmp_path: Path) -> None:
    """The sample workbooks, which the bench measures, go the fast way."""
    samples.generate(tmp_path, customers=("GREYSON", "PELOTON"), processes=1)
    for path in tmp_path.glob("*.xls[xm]"):
        assert read_sheet(path.name, path.read_bytes(), Limits()).height


def test_nearly_canonical_is_not_proven() -> None:
    """What the fast way may not take: each of these in a sheet, and it is read by the parser."""
    for old, new in (
        ('t="s"><v>0', "t='s'><v>0"), ("<v>7<", "<v> 7<"), ("<v>7<", "<v>+7<"), ("<v>45357<", "<v>60<"),
        ("<v>45357<", "<v>-1<"), (" y <", "&#32;y <"), ('r="C3"', 'r="c3"'), ("<v>7</v>", "<v><![CDATA[7]]></v>"),
        (" y <", "_x0041_<"), ("<sheetData>", '<sheetData xml:space="preserve">'), ('<row r="3"', '<row r="1"'),
        ('ref="B2:B3"', 'ref="B2:B3" ref="B2:B3"'), ("UTF-8", "ISO-8859-1"), (' r="A3"', ""), ('r="4"', 'r="04" r="4"'),
    ):  # fmt: skip
        changed_sheet = _EXCEL.replace(old, new)
        assert changed_sheet != _EXCEL
        book = xlsx.XlsxBook(Package(pack(changed(parts_of(changed_sheet, formats=(14,)), {SHEET: str})), Limits()))
        rows = canonical.rows(book._package, SHEET, Styles(), None)
        with pytest.raises(UnprovenError):
            list(rows)
