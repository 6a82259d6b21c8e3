"""File names: as text that every output and database takes, and which of them are no workbooks. Pure."""

from __future__ import annotations

import hashlib
import posixpath
import re
import unicodedata

#: What order lists come as.
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb")
#: In UTF-16 units: as long as the log and the landing tables hold.
LONGEST_FILE_NAME = 400

# control characters, line and paragraph ends, marks that turn the direction of text, and what is no character at all
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4})")
_BYTES = range(0xDC80, 0xDD00)  # how Python keeps the bytes of a name that are no UTF-8

#: What other programs put beside a workbook, by how its name begins; the first that fits.
_COMPANIONS = (
    ("~$", "a lock file of Microsoft Office"),
    (".~lock.", "a lock file of LibreOffice"),
    (".~", "a lock file of WPS Office"),
    ("._", "what macOS keeps beside a file"),
    (".", "a hidden file"),
)


def printable(name: str) -> str:
    """``name`` as one line of text that every output, log and database takes.

    What is no character, or would break the line, is written as an escape (``CAF\\xc9.xlsx`` for a name that is not
    UTF-8). Accents are composed: macOS takes them apart, and the workbook is the same.
    """
    text = _ODD.sub(lambda found: _escaped(found[0]), unicodedata.normalize("NFC", name))
    if _units(text) <= LONGEST_FILE_NAME:
        return text
    stem, suffix = posixpath.splitext(text)
    end = f"...{hashlib.sha256(text.encode()).hexdigest()[:8]}{suffix[:8]}"  # two that are cut stay two
    while _units(stem + end) > LONGEST_FILE_NAME:
        stem = stem[:-1]
    return stem + end


def without_escapes(text: str) -> str:
    """``text`` with a sign in the place of each escape that :func:`printable` wrote."""
    return _ESCAPE.sub("?", text)


def split_name(file: str) -> tuple[str, str]:
    """A file's name before its suffix, and the suffix in small letters without blanks."""
    stem, suffix = posixpath.splitext(file)
    return stem, suffix.strip().lower()


def not_a_workbook(file: str) -> str | None:
    """Why a file of this name is no workbook; ``None`` if it is one by its name.

    Hidden files are none: nobody puts an order list where they do not see it, and programs hide their own that way.
    """
    for beginning, what in _COMPANIONS:
        if file.startswith(beginning):
            return what
    return None if split_name(file)[1] in SUFFIXES else "no workbook"


def _escaped(character: str) -> str:
    code = ord(character)
    if code in _BYTES:
        code -= 0xDC00
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - two digits or four


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
