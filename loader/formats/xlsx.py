"""Workbooks of XML (.xlsx, .xlsm): the parts around the sheets, by ECMA-376 part 1, 18. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from loader.formats import canonical
from loader.formats.base import Row, SheetInfo
from loader.formats.package import Package
from loader.formats.sheet_chunks import UnprovenError
from loader.formats.sheet_xml import read_rows
from loader.formats.strings import strings_of
from loader.formats.styles import Styles
from loader.formats.xml import LOCAL, parse

_HIDDEN = ("hidden", "veryHidden")
_TRUE = ("1", "true")
_NO_FORMAT = 0


class XlsxBook:
    """A workbook of XML.

    Raises:
        RejectedError: the workbook's own part is damaged.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        root = package.root or ""
        self._relations = package.relations(root)
        self._date_1904 = False
        self._sheets: list[SheetInfo] = []
        parse(package.pieces(root), root, start=self._start)

    @property
    def sheets(self) -> Sequence[SheetInfo]:
        """Its sheets with cells."""
        return self._sheets

    def rows(self, sheet: SheetInfo) -> Iterator[Row]:
        """A sheet's rows: by calamine where its XML is proven to be in the one spelling that calamine reads right, else
        by our own reader, which takes five times as long.
        """
        part, last = str(sheet.key), 0
        try:
            for row in canonical.rows(self._package, part, self._styles, self._part("sharedStrings")):
                last = row[0]
                yield row
        except UnprovenError:
            for row in read_rows(self._package, part, sheet.name, self._styles, self._strings):
                if row[0] > last:
                    yield row

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = LOCAL[name]
        if name == "workbookPr":
            self._date_1904 = attributes.get("date1904", "").strip().lower() in _TRUE
        elif name == "sheet":
            relation = self._relations.get(next((v for k, v in attributes.items() if LOCAL[k] == "id"), ""))
            if relation and relation.type == "worksheet":
                visible = attributes.get("state") not in _HIDDEN
                self._sheets.append(SheetInfo(attributes.get("name", ""), relation.target, visible))

    @cached_property
    def _strings(self) -> Sequence[str]:
        return strings_of(self._package, self._part("sharedStrings"))

    @cached_property
    def _styles(self) -> Styles:
        styles, part = Styles(), self._part("styles")
        styles.date_1904 = self._date_1904
        if part:
            _read_styles(self._package, part, styles)
        return styles

    def _part(self, kind: str) -> str | None:
        return next((r.target for r in self._relations.values() if r.type == kind), None)


def _read_styles(package: Package, part: str, styles: Styles) -> None:
    open_elements: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        parent = open_elements[-1] if open_elements else ""
        open_elements.append(LOCAL[name])
        if LOCAL[name] == "numFmt" and parent == "numFmts":
            styles.codes[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif LOCAL[name] == "xf" and parent == "cellXfs":
            styles.formats.append(_number(attributes.get("numFmtId")))

    def end(_: str) -> None:
        open_elements.pop()

    parse(package.pieces(part), part, start=start, end=end)


def _number(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,9}", text, re.ASCII) else _NO_FORMAT
