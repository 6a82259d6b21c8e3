"""The parts of small .xlsx workbooks, spelled by hand from ECMA-376, and the archives they make."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

TYPES, ROOT, BOOK, RELATIONS = "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
SHEET, STYLES, STRINGS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"

REQUIRED = ("AAG ORDER NUMBER", "CUSTOMER NAME", "CUSTOMER STYLE", "TOTAL QTY")
Parts = dict[str, str | bytes]


def inline(reference: str, text: str, more: str = "") -> str:
    """A cell with its text in it; ``text`` is XML already."""
    return f'<c r="{reference}" t="inlineStr"{more}><is><t xml:space="preserve">{text}</t></is></c>'


def header(more: str = "", *, row: int = 1) -> str:
    """The row of the required headers, and cells behind them."""
    cells = "".join(inline(f"{letter}{row}", text) for letter, text in zip("ABCD", REQUIRED, strict=True))
    return f'<row r="{row}">{cells}{more}</row>'


def order(row: int, more: str = "") -> str:
    """A row of one order, and cells behind it."""
    texts = "".join(
        inline(f"{letter}{row}", text) for letter, text in zip("ABC", (f"O-{row}", "ACME", "ST1"), strict=True)
    )
    return f'<row r="{row}">{texts}<c r="D{row}"><v>5</v></c>{more}</row>'


def sheet_of(rows: str, *, before: str = "", after: str = "", root: str = f'<worksheet xmlns="{MAIN}">') -> str:
    """A sheet with these rows, and what stands around them."""
    return f"{HEAD}{root}{before}<sheetData>{rows}</sheetData>{after}</worksheet>"


def list_of(cell: str, head: str = "") -> str:
    """A sheet of one order with one more column, E, whose header is ``E``."""
    return sheet_of(header(head or inline("E1", "E")) + order(2, cell))


def styles_of(*formats: int | str) -> str:
    """Cell styles 1, 2, ... with these formats: built-in ids, or codes of the file's own."""
    own, xfs = "", '<xf numFmtId="0"/>'
    for index, code in enumerate(formats):
        number = code if isinstance(code, int) else 164 + index
        if isinstance(code, str):
            own += f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>'
        xfs += f'<xf numFmtId="{number}" applyNumberFormat="1"/>'
    own = f"<numFmts>{own}</numFmts>" if own else ""
    return (
        f'{HEAD}<styleSheet xmlns="{MAIN}">{own}<fonts count="1"><font/></fonts><cellStyleXfs count="1">'
        f'<xf numFmtId="14"/></cellStyleXfs><cellXfs>{xfs}</cellXfs></styleSheet>'
    )


def strings_part(items: str) -> str:
    """The shared strings; ``items`` are ``<si>`` elements."""
    return f'{HEAD}<sst xmlns="{MAIN}">{items}</sst>'


def relation(name: str, kind: str, target: str, more: str = "") -> str:
    """One relationship; ``kind`` is a whole type or the last word of one of Office's."""
    kind = kind if ":" in kind else f"{OFFICE}/{kind}"
    return f'<Relationship Id="{name}" Type="{kind}" Target="{target}"{more}/>'


def relations(*items: str) -> str:
    """A part of relationships."""
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{"".join(items)}</Relationships>'


def book_of(sheets: str, properties: str = "") -> str:
    """The workbook's own part."""
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{properties}<sheets>{sheets}</sheets></workbook>'


def parts_of(
    sheet: str | bytes,
    *,
    formats: Sequence[int | str] = (),
    strings: str | None = None,
    properties: str = "",
) -> Parts:
    """All parts of a workbook with one sheet, MASTER.

    Args:
        formats: of the cell styles 1, 2, ...
        strings: ``<si>`` elements.
        properties: what stands in the workbook's part before its sheets.
    """
    kinds = {BOOK: "sheet.main", SHEET: "worksheet", STYLES: "styles"} | (
        {} if strings is None else {STRINGS: "sharedStrings"}
    )
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="{_TYPE}.{kind}+xml"/>' for part, kind in kinds.items()
    )
    more = [relation("rId3", "sharedStrings", "sharedStrings.xml")] if strings is not None else []
    parts: Parts = {
        TYPES: (
            f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f"{overrides}</Types>"
        ),
        ROOT: relations(relation("rId1", "officeDocument", BOOK)),
        BOOK: book_of('<sheet name="MASTER" sheetId="1" r:id="rId1"/>', properties),
        RELATIONS: relations(
            relation("rId1", "worksheet", "worksheets/sheet1.xml"), relation("rId2", "styles", "styles.xml"), *more
        ),
        SHEET: sheet,
        STYLES: styles_of(*formats),
    }
    if strings is not None:
        parts[STRINGS] = strings_part(strings)
    return parts


def changed(parts: Parts, changes: Mapping[str, Callable[[str], str | bytes]]) -> Parts:
    """The parts with some of them changed."""
    found = dict(parts)
    for name, change in changes.items():
        content = found[name]
        found[name] = change(content if isinstance(content, str) else content.decode())
    return found


def renamed(parts: Parts, change: Callable[[str], str]) -> Parts:
    """The parts under other names."""
    return {change(name): content for name, content in parts.items()}


def pack(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The archive of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()
