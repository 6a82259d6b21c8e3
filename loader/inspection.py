"""Looks into a sheet's XML before calamine builds anything from it. Pure: bytes in, findings out.

Three things calamine does not tell: whether the sheet is a bomb, which cells are errors (it reads them as empty), and
which formulas were saved without a result (they would land as empty cells, a silent loss). All three are read in one
pass over the unpacked XML, in pieces, with searches that cost little where there is nothing to find.
"""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from loader.errors import RejectedError
from loader.limits import Limits
from loader.package import Copy, sheet_parts, xml_pieces

_LONGEST_ROW = 64 * 1024**2
_LETTERS = 26
_WIDEST_TWO_LETTERS = _LETTERS + _LETTERS**2
#: A letter is rare where it is less than one in so many bytes, judged by every 997th.
_RARE = 100
_SAMPLED = 997

_ROOT = re.compile(rb"<([\w.-]+:)?worksheet\b")
# cells beyond column ZZ are rare enough to be looked at one by one
_FAR_START = re.compile(rb"r=\"[A-Z]{3}")
_FAR = re.compile(rb"r=\"([A-Z]{3})\d+\"[^>]*(?<!/)>")
_NEAR = re.compile(rb"r=\"([A-Z]{1,3})\d+\"[^>]*(?<!/)>")
_ENTITIES = {b"&amp;": b"&", b"&lt;": b"<", b"&gt;": b">", b"&quot;": b'"', b"&apos;": b"'"}


@dataclass(slots=True)
class Findings:
    """What the sheet's XML says.

    Args:
        rows: number of the last row with a value.
        columns: at least the number of the last column with a value.
        errors: row and column (from 1) of error cells, and their text.
    """

    rows: int = 0
    columns: int = _WIDEST_TWO_LETTERS
    errors: list[tuple[int, int, str]] = field(default_factory=list)


def inspect_sheet(package: zipfile.ZipFile, sheet: str, limits: Limits, copy: Copy | None = None) -> Findings | None:
    """Read the sheet's XML before calamine does, and say what calamine will not.

    ``None`` when the package has no XML sheets (.xlsb). Checks every byte's CRC on the way.

    Raises:
        RejectedError: a bomb, a DTD, a damaged part, a formula without a result, or too many rows, columns or cells.
    """
    part = sheet_parts(package).get(sheet)
    if part is None:
        return None
    findings = Findings()
    scanner: _Scanner | None = None
    for rows in _rows(package, part, sheet):
        scanner = scanner or _Scanner(rows, sheet)
        scanner.scan(rows, findings)
        if copy:
            copy.write(part, rows)
    _check_size(package, part, sheet, findings, limits)
    return findings


class _Scanner:
    """Searches in a sheet's XML. Each starts from a literal: a pattern tried at every cell costs more than calamine.

    Args:
        start: the beginning of the part; its root element tells the namespace prefix that all elements carry.
    """

    def __init__(self, start: bytes, sheet: str) -> None:
        root = _ROOT.search(start)
        p = re.escape(root[1] or b"") if root else b""
        self._sheet = sheet
        self._row_start, self._formula_start = b"<" + p + b"row", b"<" + p + b"f"
        self._value_ends = (b"</" + p + b"v>", b"</" + p + b"is>")
        self._row = re.compile(re.escape(self._row_start) + rb"\b[^>]*?\br=\"(\d+)\"")
        self._holds_value = re.compile(rb"\s*<" + p + rb"(?:f|v|is)\b")
        self._error = re.compile(
            rb"<" + p + rb"c\b[^>]*\br=\"([A-Z]{1,3})(\d+)\"[^>]*>(?:<" + p + rb"f\b(?:[^>]*/>|[^>]*>[^<]*</" + p
            + rb"f>))?\s*<" + p + rb"v\b[^>]*>([^<]*)<"
        )  # fmt: skip
        self._uncomputed = re.compile(
            rb"<" + p + rb"c\b(?![^>]*\bt=\"str\")[^>]*\br=\"([A-Z]{1,3})(\d+)\"[^>]*>\s*<" + p
            + rb"f\b(?:[^>]*/>|[^>]*>[^<]*</" + p + rb"f>)\s*(?:<" + p + rb"v\s*/>|<" + p + rb"v\b[^>]*>\s*</" + p
            + rb"v>)?\s*</" + p + rb"c>"
        )  # fmt: skip

    def scan(self, rows: bytes, findings: Findings) -> None:
        """Add what a piece of whole rows holds to ``findings``."""
        last = -1
        for end in self._value_ends:  # the second only behind the first, or it is sought through the whole piece
            last = max(last, rows.rfind(end, last + 1))
        row = self._row.match(rows, rows.rfind(self._row_start, 0, last)) if last >= 0 else None
        if row:
            findings.rows = max(findings.rows, int(row[1]))
        if _FAR_START.search(rows):  # no more than this for most: the longer pattern costs a third more
            findings.columns = max(findings.columns, self.widest(rows, _FAR))
        for cell in _cells_around(rows, b't="e"', b"e", self._error):
            findings.errors.append((int(cell[2]), _column(cell[1]), _plain(cell[3])))
        for cell in _cells_around(rows, self._formula_start, b"f", self._uncomputed):
            raise RejectedError(
                f"Sheet '{self._sheet}', row {int(cell[2])}: cell {(cell[1] + cell[2]).decode('ascii')} is a formula "
                "without a stored result.",
                mend="Open the file in Excel, let it calculate, and save it.",
            )

    def widest(self, rows: bytes, reference: re.Pattern[bytes]) -> int:
        """The last column in which a cell that ``reference`` finds holds a value; 0 without one."""
        found = (m[1] for m in reference.finditer(rows) if self._holds_value.match(rows, m.end()))
        return max(map(_column, set(found)), default=0)


def _check_size(package: zipfile.ZipFile, part: str, sheet: str, findings: Findings, limits: Limits) -> None:
    if findings.columns > limits.columns or findings.rows * findings.columns > limits.cells:
        # the width was only an upper bound so far; now it is worth a second look
        pieces = _rows(package, part, sheet)
        first = next(pieces)
        scanner = _Scanner(first, sheet)
        findings.columns = max(scanner.widest(rows, _NEAR) for rows in itertools.chain([first], pieces))
    limits.check_span(sheet, findings.rows, findings.columns)


def _rows(package: zipfile.ZipFile, part: str, sheet: str) -> Iterator[bytes]:
    """The sheet's XML in pieces that end with a row."""
    rest = b""
    for piece in xml_pieces(package, part):
        text = rest + piece
        end = text.rfind(b"row>")
        if end < 0:
            rest = text
            if len(rest) > _LONGEST_ROW:
                raise RejectedError(f"Sheet '{sheet}' has a row of more than {_LONGEST_ROW:,} bytes.",
                                    mend="Save the file again from Excel.")  # fmt: skip
            continue
        yield text[: end + 4]
        rest = text[end + 4 :]
    yield rest


def _cells_around(rows: bytes, mark: bytes, rare: bytes, pattern: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
    """Cells that match ``pattern`` among those that hold ``mark``, in their tag or right behind it."""
    for at in _positions(rows, mark, rare):
        cell = pattern.match(rows, rows.rfind(b"<", 0, at))
        if cell:
            yield cell


def _positions(rows: bytes, mark: bytes, rare: bytes) -> Iterator[int]:
    """Where ``mark`` stands.

    Numbers and references to shared strings, which are most of a sheet, hold no letter ``rare``: to look for it alone
    takes a tenth of the time that looking for ``mark`` takes.
    """
    within = mark.rindex(rare)
    sample = rows[::_SAMPLED]
    sought, offset = (rare, within) if sample.count(rare) * _RARE < len(sample) else (mark, 0)
    at = rows.find(sought)
    while at >= 0:
        if sought is mark or (at >= offset and rows.startswith(mark, at - offset)):
            yield at - offset
        at = rows.find(sought, at + 1)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * _LETTERS + letter - ord("A") + 1
    return number


def _plain(text: bytes) -> str:
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    return text.decode("utf-8", "replace")
