"""The fast way through a sheet of XML: calamine, for sheets that are proven to be spelled the way calamine reads right.

A regular expression that knows exactly that spelling is matched against every byte of the rows, by RE2, whose time is
linear and a tenth of calamine's; the rest of the part goes through an XML parser. What fails the proof is not wrong:
our own reader takes it. calamine gets a workbook of our making, in which nothing is left to its judgement: the rows as
they are proven, error cells as texts (calamine reads them as empty), the shared strings, and styles that say no more
than which numbers are dates.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from operator import ge
from typing import Any
from xml.sax.saxutils import escape

import python_calamine as calamine
import re2

from loader.formats.base import Row, Value
from loader.formats.moments import Moment
from loader.formats.numerals import between, up_to_column
from loader.formats.package import Package
from loader.formats.sheet_chunks import DATA, DATA_END, MAIN, Chunks, UnprovenError
from loader.formats.strings import strings_of
from loader.formats.styles import Styles

#: calamine builds the whole area between the first and the last value, 32 bytes a cell.
_MOST_CELLS = 12_000_000
_MOST_COLUMNS = 16_384
#: Marks a text that is the index of a shared string; a sheet that holds this character itself is not proven.
_MARK = "\ue000"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_BUILT_IN = {None: 0, Moment.DATE: 14, Moment.DURATION: 46}

# what XML allows, without carriage returns, which a parser would turn into line feeds
_CHARACTERS = r"[^<&\x00-\x08\x0b-\x1f\x{FFFE}\x{FFFF}]"
_TEXT = rf"(?:{_CHARACTERS}|&(?:amp|lt|gt|quot|apos);)*"


def _attributes(*orders: str) -> str:
    """Attributes in one of some orders, each of them or not, but none twice: that were no XML."""
    in_order = ("".join(rf'(?: {name}="[ !#-%\'-;=-~]*")?' for name in order.split()) for order in orders)
    return f"(?:{'|'.join(in_order)})"


_ROW_ATTRIBUTES = _attributes(
    "spans s customFormat ht hidden customHeight outlineLevel collapsed thickTop thickBot ph x14ac:dyDescent",  # Excel
    "hidden outlineLevel collapsed ht customFormat customHeight s thickBot thickTop",  # openpyxl
)
_FORMULA_ATTRIBUTES = _attributes(
    "t aca ref dt2D dtr del1 del2 r1 r2 ca si bx xml:space",  # Excel
    "t ref dt2D dtr r1 r2 aca ca si",
    "t ca aca ref si",
)
_STRINGS_ATTRIBUTES = _attributes("count uniqueCount", "uniqueCount count")
#: Text that neither begins nor ends with a blank: without xml:space="preserve", readers differ in what they keep.
_INK = r"(?:[^<& \x00-\x1f\x{FFFE}\x{FFFF}]|&(?:amp|lt|gt|quot|apos);)"
_STRING = rf'(?:<t/>|<t></t>|<t>{_INK}(?:{_TEXT}{_INK})?</t>|<t xml:space="preserve">{_TEXT}</t>)'
_FORMULA = rf"(?:<f{_FORMULA_ATTRIBUTES}(?:/>|>{_TEXT}</f>))?"
_NUMBER = r"-?[0-9]{1,20}(?:\.[0-9]{1,40})?(?:[Ee][-+]?[0-9]{1,2})?"
_STYLED = r' s="[0-9]{1,5}"'
_STYLE = f"(?:{_STYLED})?"
_METADATA = r'(?: cm="[0-9]+")?(?: vm="[0-9]+")?(?: ph="[0-9]+")?'
_GAP = r"[ \t\n]*"
_TYPED = (
    (r'(?: t="n")?', rf"{_FORMULA}<v>{_NUMBER}</v>"),
    (r' t="s"', "<v>[0-9]{1,9}</v>"),
    (r' t="str"', rf'{_FORMULA}<v(?: xml:space="preserve")?>{_TEXT}</v>'),
    (r' t="b"', rf"{_FORMULA}<v>[01]</v>"),
    (r' t="e"', rf"{_FORMULA}<v>#[A-Z0-9/!?_]+</v>"),
    (r' t="inlineStr"', rf"<is>{_STRING}</is>"),
)
_ERROR = re.compile(rb'(<c r="[A-Z]{1,3}[0-9]+"(?: s="[0-9]+")?) t="e"((?: s="[0-9]+")?(?: (?:cm|vm|ph)="[0-9]+")*>)')
_ESCAPE = re.compile(rb"_x[0-9A-Fa-f]{4}_")
_ROW = re.compile(rb'<row r="([0-9]{1,7})"')
_INDEX = re.compile(
    rb'(<c r="[A-Z]{1,3}[0-9]+"(?: s="[0-9]+")?) t="s"((?: s="[0-9]+")?(?: (?:cm|vm|ph)="[0-9]+")*><v>)'
)
_EMPTY = ("", None)
_PLAIN_STRINGS = rf"(?:<si>{_STRING}</si>|<si/>)*"
_STRINGS = (
    r'(?:<\?xml version="1\.0"(?: encoding="(?i:utf-8)")?(?: standalone="(?:yes|no)")? ?\?>\s*)?'
    rf'<sst xmlns="{re.escape(MAIN)}"{_STRINGS_ATTRIBUTES}>{_PLAIN_STRINGS}</sst>\s*'
)


def rows(
    package: Package,
    part: str,
    styles: Styles,
    strings: str | None,
) -> Iterator[Row]:
    """The rows of a sheet that hold a value, ascending; of most sheets all or none, of large ones as far as proven.

    Args:
        part: of the sheet.
        strings: the part of the shared strings.

    Raises:
        UnprovenError: the spelling of the next rows is not proven.
        RejectedError: a part is damaged.
    """
    chunks = Chunks(package, part)
    first = next(chunks)
    if chunks.ended:
        yield from _read(_proven(first, styles, 0), styles, _shared(package, strings))
        return
    # calamine would read the shared strings anew for each chunk: it gets their indexes as texts
    table = strings_of(package, strings)
    last = 0
    for chunk in chain([first], chunks):
        proven = _proven(chunk, styles, last)
        if _MARK.encode() in proven:
            raise UnprovenError
        marked = _INDEX.sub(rb'\1 t="str"\2' + _MARK.encode(), proven)
        for number, cells in _read(marked, styles, b""):
            last = number
            yield number, [_unmarked(cell, table) for cell in cells]


def _unmarked(cell: Value, table: Sequence[str]) -> Value:
    if not isinstance(cell, str) or not cell.startswith(_MARK):
        return cell
    index = int(cell[1:])
    if index >= len(table):
        raise UnprovenError  # our own reader names the cell
    return table[index]


def _read(proven: bytes, styles: Styles, shared: bytes) -> Iterator[Row]:
    if not proven:
        return
    workbook = _workbook(proven, shared, styles)
    try:
        sheet = calamine.load_workbook(io.BytesIO(workbook)).get_sheet_by_index(0)
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError) as error:
        raise UnprovenError from error  # such as a shared string that is not there: our own reader names the cell
    if sheet.start is None:
        return
    top, left = sheet.start
    missing: list[Any] = [None] * left
    cells: list[Any]
    for number, cells in enumerate(islice(sheet.iter_rows(), top, None), top + 1):
        if any(cells) or any(cell not in _EMPTY for cell in cells):
            yield number, [*missing, *cells] if missing else cells


def _proven(data: bytes, styles: Styles, above: int) -> bytes:
    """Rows in the one spelling that calamine reads right, with error cells as texts.

    Args:
        above: number of the last row before them.

    Raises:
        UnprovenError: they are not, or they do not ascend.
    """
    numbers = list(map(int, _ROW.findall(data)))
    if not numbers:
        if data.strip():
            raise UnprovenError
        return b""
    if any(map(ge, [above, *numbers], numbers)):
        raise UnprovenError
    first, last = numbers[0], numbers[-1]
    widest = min(_MOST_COLUMNS, _MOST_CELLS // (last - first + 1))
    if widest < 1 or not _grammar(first, last, widest).fullmatch(data):
        raise UnprovenError
    if not _is_plain(data):
        raise UnprovenError
    dates = tuple(index for index, kind in enumerate(styles.moments()) if kind is not None)
    if dates and _odd_moment(dates).search(data):
        raise UnprovenError
    return _ERROR.sub(rb'\1 t="str"\2', data) if b't="e"' in data else data


def _is_plain(data: bytes) -> bool:
    """Whether there are no escapes, and not the end of a CDATA section, which XML allows nowhere else."""
    return b"]]>" not in data and not (b"_x" in data and _ESCAPE.search(data))


def _grammar(first: int, last: int, widest: int) -> Any:
    """Rows whose cells stand between two rows, and those with values no further right than ``widest``.

    Whether a cell's row is its own cannot be said by a regular expression. It need not be: calamine goes by the cell,
    and all that must be known is how large an area it will build.
    """
    row = between(first, last)
    near = f'<c r="(?:{up_to_column(widest)})(?:{row})"'
    empty = rf'<c r="[A-Z]{{1,3}}(?:{row})"{_STYLE}(?: t="n")?(?: ?/>|></c>)'
    cells = "|".join(rf"(?:{_STYLED}{kind}|{kind}{_STYLE}){_METADATA}>{content}" for kind, content in _TYPED)
    cell = rf"(?:{empty}|{near}(?:{cells})</c>)"
    return _compiled(rf'{_GAP}(?:<row r="[0-9]{{1,7}}"{_ROW_ATTRIBUTES}(?: ?/>|>{_GAP}(?:{cell}{_GAP})*</row>){_GAP})*')


def _odd_moment(dates: tuple[int, ...]) -> Any:
    """A number under a date's format that no date is: negative, beyond the calendar, or the day that only Excel has."""
    style = "|".join(map(str, dates))
    odd = r"(?:-|[0-9]{7}|[0-9.]+[Ee]|0*60[.<])"
    rest = f"{_METADATA}>{_FORMULA}<v>{odd}"
    return _compiled(rf' s="(?:{style})"(?: t="n")?{rest}| t="n" s="(?:{style})"{rest}')


@lru_cache(4)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem = 64 * 1024**2
    options.never_capture = True
    return re2.compile(pattern, options)


def _shared(package: Package, part: str | None) -> bytes:
    """The shared strings in the spelling that calamine reads right."""
    if part is None:
        return b""
    data = package.read(part)
    if _compiled(_STRINGS).fullmatch(data) and _is_plain(data):
        return data
    items = "".join(f'<si><t xml:space="preserve">{_escaped(text)}</t></si>' for text in strings_of(package, part))
    return f'<sst xmlns="{MAIN}">{items}</sst>'.encode()


def _escaped(text: str) -> str:
    return re.sub(
        r"_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]", lambda m: f"_x{ord(m[0]):04X}_", escape(text)
    )


def _workbook(rows_proven: bytes, shared: bytes, styles: Styles) -> bytes:
    """A workbook of one sheet. Its list of merged cells is empty and stands in front of the cells, for calamine reads a
    sheet a second time in search of one.
    """
    formats = "".join(f'<xf numFmtId="{_BUILT_IN[kind]}"/>' for kind in styles.moments())
    root = "".join(
        f'<Relationship Id="{kind}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for kind, target in (("worksheet", "s.xml"), ("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml"))
    )
    parts: dict[str, tuple[bytes, ...]] = {
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="w" Type="{_OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>'.encode(),
        ),
        "xl/_rels/workbook.xml.rels": (f'<Relationships xmlns="{_PACKAGE}">{root}</Relationships>'.encode(),),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><workbookPr date1904="{int(styles.date_1904)}"/><sheets>'
            '<sheet name="S" sheetId="1" r:id="worksheet"/></sheets></workbook>'.encode(),
        ),
        "xl/styles.xml": (f'<styleSheet xmlns="{MAIN}"><cellXfs>{formats}</cellXfs></styleSheet>'.encode(),),
        "xl/sharedStrings.xml": (shared,),
        "xl/s.xml": (
            f'<worksheet xmlns="{MAIN}"><mergeCells></mergeCells>'.encode(), DATA, rows_proven, DATA_END,
            b"</worksheet>",
        ),
    }  # fmt: skip
    workbook = io.BytesIO()
    with zipfile.ZipFile(workbook, "w", zipfile.ZIP_STORED) as archive:
        for name, pieces in parts.items():
            if any(pieces):
                with archive.open(name, "w") as stream:
                    stream.writelines(pieces)
    return workbook.getvalue()
