"""What a file is, by its content: names lie. Pure."""

from __future__ import annotations

import re

from loader.errors import RejectedError
from loader.formats.base import Book
from loader.formats.biff import is_xls
from loader.formats.package import Package
from loader.limits import Limits

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_SAMPLE = 4096
_SAVE_AS_XLSX = "Open it in Excel and save it as .xlsx."
_OTHER_ARCHIVES = {
    "content.xml": "an OpenDocument file (.ods)",
    "word/document.xml": "a Word document (.docx)",
    "ppt/presentation.xml": "a PowerPoint presentation (.pptx)",
    "index/document.iwa": "a document of Apple Numbers or Pages",
    "index.zip": "a document of Apple Numbers or Pages",
}


def open_book(data: bytes, limits: Limits) -> Book:
    """The workbook in these bytes.

    Raises:
        RejectedError: it is empty, too large, protected, damaged, or none, with what it is instead.
    """
    limits.check_file(len(data))
    if not data.strip(b"\0"):
        what = f"holds nothing but {len(data):,} zero bytes" if data else "is empty (0 bytes)"
        raise RejectedError(f"The file {what}.", hint="Save it again from Excel.")
    if is_xls(data):
        from loader.formats.xls import open_xls  # noqa: PLC0415 - seldom needed, and every reader would wait for it

        return open_xls(data)
    if data.startswith(_ZIP):
        return _open_archive(Package(data, limits))
    try:  # a gateway or a script may have put something in front of the archive, which readers pass over
        package = Package(data, limits)
    except RejectedError:
        raise RejectedError(
            f"The file is not a zip archive, so no workbook, but {_kind_of_text(data)}.", hint=_SAVE_AS_XLSX
        ) from None
    return _open_archive(package)


def _open_archive(package: Package) -> Book:
    root = package.root
    if root is None:
        what = next(
            (what for part, what in _OTHER_ARCHIVES.items() if part in package), "a zip archive without a workbook"
        )
        raise RejectedError(f"The file is {what}.", hint=_SAVE_AS_XLSX)
    if root.lower().endswith(".bin"):
        from loader.formats.xlsb import open_xlsb  # noqa: PLC0415

        return open_xlsb(package)
    from loader.formats.xlsx import XlsxBook  # noqa: PLC0415 - calamine and RE2, which the others do without

    return XlsxBook(package)


def _kind_of_text(data: bytes) -> str:
    start = data[:_SAMPLE].lstrip(b"\xef\xbb\xbf").lstrip()
    low = start.lower()
    if start.startswith(b"%PDF"):
        return "a PDF"
    if b"urn:schemas-microsoft-com:office:spreadsheet" in low:
        return "an XML spreadsheet of 2003"
    if re.match(rb"(?:<!doctype html|<html|<table|<meta|<head|<style)", low):
        return "a web page"
    if start.startswith(b"<"):
        return "an XML document"
    if b"\0" not in start and sum(byte < ord(" ") and byte not in b"\t\r\n\x0c" for byte in start) == 0:
        return "plain text (CSV?)"
    return "of an unknown kind"
