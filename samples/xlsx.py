"""Writes workbooks as Excel does, straight as XML: fast, streaming, and the same bytes for the same cells.

Knows nothing of orders. A sheet's rows are pulled one by one, so memory holds the shared strings and one row.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from samples.cells import Cell, ErrorValue, Formula

_EPOCH_1900 = dt.date(1899, 12, 30).toordinal()
_EPOCH_1904 = dt.date(1904, 1, 1).toordinal()
_DATE_STYLE, _TIME_STYLE = 1, 2
_CHUNK_ROWS = 200
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="22" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(slots=True)
class Sheet:
    """One sheet. ``rows`` holds (row number from 1, cells); row numbers may leave gaps.

    ``hidden`` holds column indexes from 0. ``merges`` (like ``A1:C1``) is read after the rows, so it may be filled
    while they are pulled.
    """

    name: str
    rows: Iterable[tuple[int, Sequence[Cell]]]
    hidden: Sequence[int] = ()
    merges: list[str] = field(default_factory=list)


def column_letters(index: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def write_workbook(
    path: Path, sheets: Sequence[Sheet], *, date_1904: bool = False, inline_strings: bool = False, macros: bool = False
) -> None:
    """Write ``sheets`` to ``path``; the file appears there only when it is complete."""
    # a member opened by name carries a fixed date, so the same cells give the same bytes
    partial = path.with_name(f"{path.name}.part")
    strings: dict[str, int] | None = None if inline_strings else {}
    epoch = _EPOCH_1904 if date_1904 else _EPOCH_1900
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, text in _package(sheets, date_1904=date_1904, macros=macros, shared=strings is not None).items():
            with archive.open(name, "w") as member:
                member.write(text.encode())
        for number, sheet in enumerate(sheets, start=1):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as member:
                for chunk in _sheet_xml(sheet, strings, epoch):
                    member.write(chunk.encode())
        if strings is not None:
            with archive.open("xl/sharedStrings.xml", "w") as member:
                member.write(_strings_xml(strings).encode())
    partial.replace(path)


def _sheet_xml(sheet: Sheet, strings: dict[str, int] | None, epoch: int) -> Iterator[str]:
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetFormatPr defaultRowHeight="15"/>'
    if sheet.hidden:
        columns = "".join(f'<col min="{i + 1}" max="{i + 1}" width="9" hidden="1"/>' for i in sorted(sheet.hidden))
        yield f"<cols>{columns}</cols>"
    yield "<sheetData>"
    letters: list[str] = []
    writer = _Cells(strings, epoch)
    parts: list[str] = []
    for count, (number, cells) in enumerate(sheet.rows):
        if len(letters) < len(cells):
            letters = [column_letters(index) for index in range(len(cells))]
        parts.append(f'<row r="{number}">')
        writer.append(parts, cells, letters, number)
        parts.append("</row>")
        if count % _CHUNK_ROWS == 0:
            yield "".join(parts)
            parts.clear()
    yield "".join(parts)
    yield "</sheetData>"
    if sheet.merges:
        ranges = "".join(f'<mergeCell ref="{area}"/>' for area in sheet.merges)
        yield f'<mergeCells count="{len(sheet.merges)}">{ranges}</mergeCells>'
    yield "</worksheet>"


class _Cells:
    """Turns cells into XML; the hot loop of the generator."""

    def __init__(self, strings: dict[str, int] | None, epoch: int) -> None:
        self.strings, self.epoch = strings, epoch

    def append(self, parts: list[str], cells: Sequence[Cell], letters: list[str], number: int) -> None:
        """Append a row's cells to ``parts``."""
        strings, add = self.strings, parts.append
        for letter, cell in zip(letters, cells, strict=False):
            if cell is None:
                continue
            kind = type(cell)
            if kind is str and strings is not None:
                index = strings.setdefault(cell, len(strings))  # type: ignore[arg-type]
                add(f'<c r="{letter}{number}" t="s"><v>{index}</v></c>')
            elif kind is int or kind is float:
                add(f'<c r="{letter}{number}"><v>{cell!r}</v></c>')
            else:
                add(f'<c r="{letter}{number}"{self._content(cell, number)}')

    def _content(self, cell: Cell, number: int) -> str:  # noqa: PLR0911 - one return for each kind of cell
        """Attributes, content and end tag of a cell that is not among the most frequent kinds."""
        if isinstance(cell, str):
            return f' t="inlineStr"><is>{_text(cell)}</is></c>'
        if isinstance(cell, bool):
            return f' t="b"><v>{int(cell)}</v></c>'
        if isinstance(cell, dt.datetime):
            day = (cell.hour * 3600 + cell.minute * 60 + cell.second) / 86400
            return f' s="{_TIME_STYLE}"><v>{cell.toordinal() - self.epoch + day!r}</v></c>'
        if isinstance(cell, dt.date):
            return f' s="{_DATE_STYLE}"><v>{cell.toordinal() - self.epoch}</v></c>'
        if isinstance(cell, Formula):
            return _formula(cell, number)
        if isinstance(cell, ErrorValue):
            return f' t="e"><v>{cell.code}</v></c>'
        return f' s="{_DATE_STYLE}"/>'


def _formula(cell: Formula, number: int) -> str:
    formula = escape(cell.text.format(row=number))
    cached = cell.cached
    if isinstance(cached, ErrorValue):
        return f' t="e"><f>{formula}</f><v>{cached.code}</v></c>'
    if isinstance(cached, str):
        return f' t="str"><f>{formula}</f><v>{escape(cached)}</v></c>'
    return f"><f>{formula}</f><v>{cached!r}</v></c>"


def _text(value: str) -> str:
    # carriage returns and the like would be lost by an XML reader; Excel writes them as _x000D_, and so do we
    safe = escape(value).replace("\r", "_x000D_")
    return f'<t xml:space="preserve">{safe}</t>'


def _strings_xml(strings: Mapping[str, int]) -> str:
    items = "".join(f"<si>{_text(text)}</si>" for text in strings)
    return f'{_HEAD}<sst xmlns="{_MAIN}" uniqueCount="{len(strings)}">{items}</sst>'


def _package(sheets: Sequence[Sheet], *, date_1904: bool, macros: bool, shared: bool) -> dict[str, str]:
    """The small parts of the package, by name."""
    book = "application/vnd.ms-excel.sheet.macroEnabled" if macros else _vendor("sheet")
    overrides = {"/xl/workbook.xml": f"{book}.main+xml", "/xl/styles.xml": f"{_vendor('styles')}+xml"}
    relations = {"rIdS": ("styles", "styles.xml")}
    if shared:
        overrides["/xl/sharedStrings.xml"] = f"{_vendor('sharedStrings')}+xml"
        relations["rIdT"] = ("sharedStrings", "sharedStrings.xml")
    listed = ""
    for number, sheet in enumerate(sheets, start=1):
        overrides[f"/xl/worksheets/sheet{number}.xml"] = f"{_vendor('worksheet')}+xml"
        relations[f"rId{number}"] = ("worksheet", f"worksheets/sheet{number}.xml")
        listed += f'<sheet name="{escape(sheet.name)}" sheetId="{number}" r:id="rId{number}"/>'
    properties = '<workbookPr date1904="1"/>' if date_1904 else "<workbookPr/>"
    return {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
        + "</Types>",
        "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{properties}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(relations),
        "xl/styles.xml": _STYLES,
    }


def _vendor(part: str) -> str:
    return f"application/vnd.openxmlformats-officedocument.spreadsheetml.{part}"


def _relations(relations: Mapping[str, tuple[str, str]]) -> str:
    items = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for key, (kind, target) in relations.items()
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{items}</Relationships>'
