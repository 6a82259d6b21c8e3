"""Looks into an XLSX package before calamine builds anything from it. Pure: bytes in, findings out.

Three things calamine does not tell: whether the file is a bomb, which cells are errors (it reads them as empty), and
which formulas were saved without a result (they would land as empty cells, a silent loss). All three are read in one
pass over the unpacked XML, in chunks, with searches that cost little where there is nothing to find.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from loader.errors import RejectedError
from loader.limits import Limits

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK = 4 * 1024**2
_LONGEST_ROW = 64 * 1024**2
_LETTERS = 26
_WIDEST_TWO_LETTERS = _LETTERS + _LETTERS**2

# a namespace prefix before the element is legal, and some writers use it
_P = rb"(?:[\w.-]+:)?"
_ROW = re.compile(rb"<" + _P + rb"row\b[^>]*?\br=\"(\d+)\"")
_FAR = re.compile(rb"\br=\"([A-Z]{3})\d+\"[^>]*(?<!/)>\s*<" + _P + rb"(?:f|v|is)\b")
_NEAR = re.compile(rb"\br=\"([A-Z]{1,3})\d+\"[^>]*(?<!/)>\s*<" + _P + rb"(?:f|v|is)\b")
_ERROR = re.compile(
    rb"<" + _P + rb"c\b(?=[^>]*\bt=\"e\")[^>]*\br=\"([A-Z]{1,3})(\d+)\"[^>]*>(?:(?!</" + _P + rb"c>).)*?"
    rb"<" + _P + rb"v\b[^>]*>([^<]*)</", re.DOTALL
)  # fmt: skip
_UNCOMPUTED = re.compile(
    rb"<" + _P + rb"c\b(?![^>]*\bt=\"str\")[^>]*\br=\"([A-Z]{1,3})(\d+)\"[^>]*>\s*"
    rb"<" + _P + rb"f\b(?:[^>]*/>|[^>]*>[^<]*</" + _P + rb"f>)\s*"
    rb"(?:<" + _P + rb"v\s*/>|<" + _P + rb"v\b[^>]*>\s*</" + _P + rb"v>)?\s*</" + _P + rb"c>"
)
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


def check_start(data: bytes, suffix: str, limits: Limits) -> None:
    """Refuse what cannot be a workbook of its kind by its first bytes or its length.

    Raises:
        RejectedError: with what it is instead.
    """
    if len(data) > limits.file_bytes:
        raise RejectedError(
            f"The file has {len(data):,} bytes; the limit is {limits.file_bytes:,}.",
            mend="Split it, or raise ORDER_LIST_LIMIT_FILE_BYTES if it is genuine.",
        )
    if not data:
        raise RejectedError("The file is empty (0 bytes).", mend="Save it again from Excel.")
    if suffix == ".xls":
        if not data.startswith(_OLE):
            raise RejectedError("The file is no .xls workbook.", mend="Save it from Excel as .xlsx.")
        return
    if data.startswith(_OLE):
        raise RejectedError(
            "The file is protected with a password (or is an old .xls under a new name).",
            mend="Open it in Excel, remove the password under File > Info, and save it as .xlsx.",
        )
    if not data.startswith(b"PK"):
        raise RejectedError("The file is not a zip archive, so no workbook.", mend="Save it from Excel as .xlsx.")


def open_package(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """The archive, once its directory is whole and promises no more than the limits.

    Raises:
        RejectedError: truncated, still being written, or a bomb.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise RejectedError(
            "The file is truncated or still being written: the archive's directory is missing.",
            mend="Wait until it is saved, or save it again from Excel.",
        ) from error
    unpacked = sum(info.file_size for info in package.infolist())
    if unpacked > limits.unpacked_bytes:
        raise RejectedError(
            f"The file unpacks to {unpacked:,} bytes; the limit is {limits.unpacked_bytes:,} (a zip bomb?).",
            mend="If it is genuine, clear unused rows and pictures, or raise ORDER_LIST_LIMIT_UNPACKED_BYTES.",
        )
    return package


def inspect_sheet(package: zipfile.ZipFile, sheet: str, limits: Limits) -> Findings | None:
    """Read the parts that calamine will read, and say what it will not.

    ``None`` when the package has no XML sheets (.xlsb). Checks every byte's CRC on the way.

    Raises:
        RejectedError: a bomb, a DTD, a damaged part, a formula without a result, or too many rows, columns or cells.
    """
    sheets = _sheet_parts(package)
    part = sheets.get(sheet)
    for info in package.infolist():
        if info.filename.endswith((".xml", ".rels")) and info.filename not in sheets.values():
            for chunk in _chunks(package, info.filename):
                _refuse_dtd(chunk, info.filename)
    if part is None:
        return None
    findings = Findings()
    for rows in _rows(package, part, sheet):
        _scan(rows, sheet, findings)
    _check_size(package, part, sheet, findings, limits)
    return findings


def _scan(rows: bytes, sheet: str, findings: Findings) -> None:
    # only a cell with a value has these closing tags; </x:v> ends the same way
    last = max(rows.rfind(b"v>"), rows.rfind(b"is>"))
    if last >= 0:
        numbers = _ROW.findall(rows, 0, last)
        if numbers:
            findings.rows = max(findings.rows, int(numbers[-1]))
    for letters in set(_FAR.findall(rows)):
        findings.columns = max(findings.columns, _column(letters))
    if b't="e"' in rows:
        findings.errors += [(int(row), _column(letters), _plain(text)) for letters, row, text in _ERROR.findall(rows)]
    if b"f>" in rows or b"<f" in rows or b":f" in rows:
        uncomputed = _UNCOMPUTED.search(rows)
        if uncomputed:
            cell = (uncomputed[1] + uncomputed[2]).decode("ascii")
            raise RejectedError(
                f"Sheet '{sheet}', row {int(uncomputed[2])}: cell {cell} is a formula without a stored result.",
                mend="Open the file in Excel, let it calculate, and save it.",
            )


def _check_size(package: zipfile.ZipFile, part: str, sheet: str, findings: Findings, limits: Limits) -> None:
    if findings.columns > limits.columns:
        raise RejectedError(
            f"Sheet '{sheet}' has values out to column {findings.columns:,}; the limit is {limits.columns:,}.",
            mend="Delete what stands to the right of the order list.",
        )
    if findings.rows > limits.rows:
        raise RejectedError(
            f"Sheet '{sheet}' has values down to row {findings.rows:,}; the limit is {limits.rows:,}.",
            mend="Delete what stands below the order list, or raise ORDER_LIST_LIMIT_ROWS.",
        )
    if findings.rows * findings.columns > limits.cells:
        # the width was only an upper bound so far; now it is worth a second look
        seen: set[bytes] = set()
        for rows in _rows(package, part, sheet):
            seen.update(_NEAR.findall(rows))
        findings.columns = max(map(_column, seen), default=0)
        if findings.rows * findings.columns > limits.cells:
            raise RejectedError(
                f"Sheet '{sheet}' spans {findings.rows:,} rows by {findings.columns:,} columns; "
                f"the limit is {limits.cells:,} cells.",
                mend="Delete stray values far from the order list, or raise ORDER_LIST_LIMIT_CELLS.",
            )


def _sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Sheet names and the XML parts that hold them; empty for .xlsb."""
    names = set(package.namelist())
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return {}
    relations = {
        element.get("Id", ""): element.get("Target", "")
        for element in _tree(package, "xl/_rels/workbook.xml.rels")
    }  # fmt: skip
    parts: dict[str, str] = {}
    for element in _tree(package, "xl/workbook.xml").iter():
        if element.tag.rpartition("}")[2] != "sheet":
            continue
        key = next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == "id"), "")
        path = posixpath.normpath(posixpath.join("/xl", relations.get(key, ""))).lstrip("/")
        if path in names:
            parts[element.get("name", "")] = path
    return parts


def _tree(package: zipfile.ZipFile, part: str) -> ElementTree.Element:
    text = b"".join(_chunks(package, part))
    _refuse_dtd(text, part)
    try:
        return ElementTree.fromstring(text)  # noqa: S314 - a DTD, the only way to entities, was refused above
    except ElementTree.ParseError as error:
        raise _damaged(part) from error


def _rows(package: zipfile.ZipFile, part: str, sheet: str) -> Iterator[bytes]:
    """The sheet's XML in pieces that end with a row."""
    rest = b""
    for chunk in _chunks(package, part):
        _refuse_dtd(chunk, part)
        text = rest + chunk
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


def _chunks(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    try:
        with package.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError) as error:
        raise _damaged(part) from error


def _damaged(part: str) -> RejectedError:
    return RejectedError(f"The part {part} of the file is damaged.", mend="Save the file again from Excel.")


def _refuse_dtd(text: bytes, part: str) -> None:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text or text.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RejectedError(
            f"The part {part} declares a document type or entities, which no workbook needs (an XML attack?).",
            mend="Do not trust this file; ask its sender, and save it again from Excel.",
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * _LETTERS + letter - ord("A") + 1
    return number


def _plain(text: bytes) -> str:
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    return text.decode("utf-8", "replace")
