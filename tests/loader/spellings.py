"""Random sheets, and legal ways to spell one: all must be read alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from loader.formats.moments import Moment
from loader.formats.numerals import column_letters
from tests.loader.both_ways import Content
from tests.loader.corpus.parts import HEAD, MAIN, STRICT_MAIN, sheet_of, strings_part

STYLES = (None, Moment.DATE, Moment.DURATION)
#: Texts whose blanks at the ends are not left to a reader's judgement, and which no writer need escape.
_TEXTS = st.text(
    st.characters(
        exclude_categories=("Cs", "Cn"),
        exclude_characters="".join(map(chr, [*range(9), *range(11, 32)])) + "_\ufffe\uffff",
    ),
    min_size=1,
    max_size=12,
)
_ERRORS = st.sampled_from(("#N/A", "#REF!", "#DIV/0!", "#NAME?", "#SPILL!"))
_NUMBERS = st.one_of(
    st.integers(-(10**9), 10**9).map(str),
    st.floats(-1e15, 1e15, allow_nan=False).map(lambda number: repr(number).replace("e", "E")),
    st.sampled_from(("0", "-0.5", "60", "59.5", "45357", "45357.25", "2958465", "1E+3")),
)


@dataclass(frozen=True)
class Cell:
    """A cell: its type, its content (of ``s``: the text), its style, its formula."""

    kind: str
    content: str
    style: int = 0
    formula: str | None = None


_FORMULAS = st.none() | st.sampled_from(("A1+1", 'IF(A1<2,"a>b",B1)', "SUM(A1:B2) & x"))
_STYLES = st.integers(0, len(STYLES) - 1)
CELLS = st.one_of(
    st.builds(Cell, st.just("n"), _NUMBERS, _STYLES, _FORMULAS),
    st.builds(Cell, st.sampled_from(("s", "inlineStr")), _TEXTS, _STYLES),
    st.builds(Cell, st.just("str"), _TEXTS, _STYLES, _FORMULAS),
    st.builds(Cell, st.just("b"), st.sampled_from("01"), _STYLES, _FORMULAS),
    st.builds(Cell, st.just("e"), _ERRORS, _STYLES, _FORMULAS),
    st.builds(Cell, st.just("empty"), st.just(""), _STYLES),
)
#: Cells by their row and column.
Cells = dict[tuple[int, int], Cell]
SHEETS = st.dictionaries(st.tuples(st.integers(1, 12), st.integers(1, 30)), CELLS, min_size=1, max_size=12)


class Speller:
    """Writes cells the way Excel does; spellings overrule parts of it."""

    def __init__(self, cells: Cells) -> None:
        self.cells = dict(sorted(cells.items()))
        self.texts: dict[str, int] = {}

    def place(self, row: int, column: int) -> str:
        return f'r="{column_letters(column)}{row}"'

    def text(self, text: str) -> str:
        return escape(text)

    def formula(self, formula: str) -> str:
        return f"<f>{self.text(formula)}</f>"

    def value(self, value: str) -> str:
        return f"<v>{self.text(value)}</v>"

    def content(self, cell: Cell) -> str:
        if cell.kind == "empty":
            return ""
        if cell.kind == "inlineStr":
            return f'<is><t xml:space="preserve">{self.text(cell.content)}</t></is>'
        content = cell.content if cell.kind != "s" else str(self.texts.setdefault(cell.content, len(self.texts)))
        return (self.formula(cell.formula) if cell.formula else "") + self.value(content)

    def attributes(self, row: int, column: int, cell: Cell) -> list[str]:
        style = [f's="{cell.style}"'] if cell.style else []
        return [self.place(row, column), *style, *([f't="{cell.kind}"'] if cell.kind not in {"n", "empty"} else [])]

    def cell(self, row: int, column: int, cell: Cell) -> str:
        content = self.content(cell)
        tag = f"<c {' '.join(self.attributes(row, column, cell))}"
        return f"{tag}>{content}</c>" if content else f"{tag}/>"

    def row(self, row: int, cells: str) -> str:
        return f'<row r="{row}">{cells}</row>'

    def rows(self) -> str:
        rows: dict[int, str] = {}
        for (row, column), cell in self.cells.items():
            rows[row] = rows.get(row, "") + self.cell(row, column, cell)
        return "".join(self.row(row, cells) for row, cells in rows.items())

    def sheet(self) -> str:
        return sheet_of(self.rows())

    def encode(self, text: str) -> bytes:
        return text.encode()

    def written(self) -> Content:
        sheet = self.encode(self.sheet())
        items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in self.texts)
        return Content(sheet, STYLES, strings_part(items).encode())


def _after(change: Callable[[str], str]) -> type[Speller]:
    """A spelling that changes the whole sheet's text; every ``<`` in it begins markup."""

    class Changed(Speller):
        def sheet(self) -> str:
            return change(super().sheet())

    return Changed


def _tags(change: Callable[[str], str]) -> type[Speller]:
    """A spelling that changes each tag but the declaration."""
    return _after(lambda text: re.sub(r"<[^?][^>]*>", lambda match: change(match[0]), text))


def _prefixed(prefix: str) -> type[Speller]:
    return _after(
        lambda text: re.sub(r"<(/?)(?=[a-z])", rf"<\1{prefix}:", text).replace(" xmlns=", f" xmlns:{prefix}=")
    )


def _shuffled(tag: str) -> str:
    name, *attributes = re.findall(r'</?[^\s>/]+|[\w:]+="[^"]*"', tag)
    attributes.reverse()
    return " ".join([name, *attributes]) + ("/>" if tag.endswith("/>") else ">")


class _Compact(Speller):
    """No places: cells follow each other, rows too; what is left out stands there empty (Power BI)."""

    def place(self, row: int, column: int) -> str:
        return ""

    def row(self, row: int, cells: str) -> str:
        return f"<row>{cells}</row>"

    def rows(self) -> str:
        filled: dict[int, str] = {}
        last_row, last_column = max(row for row, _ in self.cells), max(column for _, column in self.cells)
        for row in range(1, last_row + 1):
            cells = ((column, self.cells.get((row, column))) for column in range(1, last_column + 1))
            filled[row] = "".join(self.cell(row, column, cell) if cell else "<c/>" for column, cell in cells)
        return "".join(self.row(row, cells) for row, cells in filled.items())


class _NoRowNumbers(Speller):
    def row(self, row: int, cells: str) -> str:
        return f"<row>{cells}</row>"


class _WrongRowNumbers(Speller):
    def row(self, row: int, cells: str) -> str:
        return f'<row r="{row + 100}">{cells}</row>'


class _RowForEachCell(Speller):
    def rows(self) -> str:
        return "".join(self.row(row, self.cell(row, column, cell)) for (row, column), cell in self.cells.items())


class _Backwards(Speller):
    def __init__(self, cells: Cells) -> None:
        super().__init__(cells)
        self.cells = dict(sorted(cells.items(), reverse=True))


class _Small(Speller):
    def place(self, row: int, column: int) -> str:
        return super().place(row, column).lower()


class _Cdata(Speller):
    def text(self, text: str) -> str:
        return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


class _References(Speller):
    def text(self, text: str) -> str:
        return "".join(
            f"&#{ord(letter)};" if index % 2 else f"&#x{ord(letter):x};" for index, letter in enumerate(text)
        )


class _Escapes(Speller):
    """Texts with escapes of the file format's own; only where it knows them."""

    def content(self, cell: Cell) -> str:
        if cell.kind not in {"str", "inlineStr"}:
            return super().content(cell)
        units = cell.content.encode("utf-16-be")
        escaped = "".join(f"_x{units[at : at + 2].hex().upper()}_" for at in range(0, len(units), 2))
        return super().content(Cell(cell.kind, escaped, cell.style, cell.formula))


class _SplitValues(Speller):
    def text(self, text: str) -> str:
        return escape(text[:1]) + "<!-- 1 --><?x 2?>" + escape(text[1:])


class _ExplicitTypes(Speller):
    def attributes(self, row: int, column: int, cell: Cell) -> list[str]:
        found = super().attributes(row, column, cell)
        return found if any(each.startswith("t=") for each in found) else [found[0], 't="n"', *found[1:]]


class _ValueFirst(Speller):
    def content(self, cell: Cell) -> str:
        formula, value = re.fullmatch(r"(<f>.*</f>)?(.*)", super().content(cell), re.DOTALL).groups("")  # type: ignore[union-attr]
        return value + formula


class _Extended(Speller):
    """Attributes and extensions that say nothing of the value."""

    def formula(self, formula: str) -> str:
        return f'<f t="shared" ref="A1:B2" si="0" ca="1">{self.text(formula)}</f>'

    def content(self, cell: Cell) -> str:
        return super().content(cell) + '<extLst><ext uri="u"><v>9</v><f>9</f><is><t>9</t></is></ext></extLst>'

    def attributes(self, row: int, column: int, cell: Cell) -> list[str]:
        return [*super().attributes(row, column, cell), 'cm="1"', 'vm="1"', 'ph="1"']

    def row(self, row: int, cells: str) -> str:
        return f'<row r="{row}" spans="1:99" s="1" customFormat="1" ht="15.75" thickBot="1">{cells}</row>'


class _MoreRows(Speller):
    """Empty rows and cells among the others."""

    def row(self, row: int, cells: str) -> str:
        return f'{super().row(row, cells)}<row r="{row + 1000}" s="1"/><row><c s="1"/><c s="2"></c></row>'


class _Typed(Speller):
    """Shared texts in place, and texts in place as runs."""

    def attributes(self, row: int, column: int, cell: Cell) -> list[str]:
        kind = "inlineStr" if cell.kind == "s" else cell.kind
        return super().attributes(row, column, Cell(kind, cell.content, cell.style))

    def content(self, cell: Cell) -> str:
        if cell.kind not in {"s", "inlineStr"}:
            return super().content(cell)
        runs = "".join(f"<r><rPr><b/></rPr><t>{self.text(letter)}</t></r>" for letter in cell.content)
        return f'<is xml:space="preserve">{runs}<rPh sb="0" eb="1"><t>x</t></rPh></is>'


class _Encoded(Speller):
    encoding, declared, mark = "utf-16-le", "UTF-16", b"\xff\xfe"

    def encode(self, text: str) -> bytes:
        encoded = text.replace("UTF-8", self.declared).encode(self.encoding, "xmlcharrefreplace")
        return self.mark + encoded


def _encoded(encoding: str, declared: str, mark: bytes = b"") -> type[Speller]:
    return type("Encoded", (_Encoded,), {"encoding": encoding, "declared": declared, "mark": mark})


#: Legal spellings of a sheet, by name; ``Excel's`` is the one that the others are compared with.
SPELLINGS: dict[str, type[Speller]] = {
    "Excel's": Speller,
    "single quotes": _tags(lambda tag: tag.replace('"', "'")),
    "attributes the other way round": _tags(_shuffled),
    "blanks around =": _tags(lambda tag: re.sub(r'(?<=\w)="', ' =\n "', tag)),
    "blanks at the end of tags": _tags(lambda tag: re.sub(r"\s*(/?>)$", r" \n\1", tag)),
    "prefix x": _prefixed("x"),
    "prefix a-b.c": _prefixed("a-b.c"),
    "no places at all": _Compact,
    "no row numbers": _NoRowNumbers,
    "wrong row numbers": _WrongRowNumbers,
    "a row for each cell": _RowForEachCell,
    "backwards": _Backwards,
    "places in small letters": _Small,
    "CDATA": _Cdata,
    "character references": _References,
    "escapes": _Escapes,
    "comments in values": _SplitValues,
    "comments between tags": _after(lambda text: re.sub(r">(?=<[/a-z])", "><!-- <c r='A1'><v>1</v></c> -->", text)),
    "instructions between tags": _after(lambda text: re.sub(r">(?=<[/a-z])", "><?x <row r='1'?>", text)),
    "line breaks between tags": _after(lambda text: re.sub(r">(?=<[/a-z])", ">\r\n\t", text)),
    "pairs for empty elements": _after(lambda text: re.sub(r"<(\w+)([^<>]*)/>", r"<\1\2></\1>", text)),
    "entities in attributes": _tags(lambda tag: re.sub(r'="(\w)', lambda m: f'="&#{ord(m[1])};', tag)),
    "explicit types": _ExplicitTypes,
    "values before formulas": _ValueFirst,
    "extensions": _Extended,
    "empty rows and cells": _MoreRows,
    "texts in place, in runs": _Typed,
    "the strict namespace": _after(lambda text: text.replace(MAIN, STRICT_MAIN)),
    "no declaration": _after(lambda text: text.removeprefix(HEAD)),
    "another declaration": _after(lambda text: text.replace(HEAD, "<?xml version='1.0' standalone='no' ?><!-- x -->")),
    "two lists of rows": _after(lambda text: text.replace("<sheetData>", "<sheetData></sheetData><sheetData>")),
    "more around": _after(
        lambda text: text.replace(
            "<sheetData>", "<!-- <sheetData> --><dimension ref='A1'/><cols><col min='1' max='2'/></cols><sheetData>"
        ).replace("</sheetData>", "</sheetData><mergeCells><mergeCell ref='A1:B1'/></mergeCells>")
    ),
    "a mark of UTF-8": _encoded("utf-8", "UTF-8", b"\xef\xbb\xbf"),
    "UTF-16, low byte first": _encoded("utf-16-le", "UTF-16", b"\xff\xfe"),
    "UTF-16, high byte first": _encoded("utf-16-be", "UTF-16", b"\xfe\xff"),
    "Latin-1": _encoded("iso-8859-1", "ISO-8859-1"),
    "Windows-1252": _encoded("windows-1252", "windows-1252"),
}


def spelled(cells: Cells, name: str) -> Content:
    """The sheet in one of the spellings."""
    return SPELLINGS[name](cells).written()
