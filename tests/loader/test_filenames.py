"""Names of files: what of them is shown and stored, and which are no workbooks."""

from __future__ import annotations

import json
import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loader.filenames import LONGEST_FILE_NAME, not_a_workbook, printable
from loader.names import table_name

LATIN = os.fsdecode(b"CAF\xc9 ORDER LIST.xlsx")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("GREYSON ORDER LIST (M3).xlsx", "GREYSON ORDER LIST (M3).xlsx"),
        (LATIN, "CAF\\xc9 ORDER LIST.xlsx"),
        ("LINE\nBREAK\x1b[2J.xlsx", "LINE\\x0aBREAK\\x1b[2J.xlsx"),
        ("half \ud83d.xlsx", "half \\ud83d.xlsx"),
        ("turned \u202exslx.xlsx", "turned \\u202exslx.xlsx"),
        ("SHOP \U0001f600.xlsx", "SHOP \U0001f600.xlsx"),
        ("CAFE\u0301.xlsx", "CAF\u00c9.xlsx"),
    ],
)
def test_a_name_is_one_line_of_text(name: str, shown: str) -> None:
    """What is no text is an escape, an accent is one character, and anything else stays what it is."""
    assert printable(name) == shown


@given(st.binary(min_size=1, max_size=300).map(os.fsdecode) | st.text(st.characters(), max_size=1100))
def test_any_name_can_be_logged(name: str) -> None:
    """Whatever a system lets files be called fits the log's column on both engines, UTF-8 and JSON, on one line."""
    shown = printable(name)
    assert len(shown.encode("utf-16-le")) // 2 <= LONGEST_FILE_NAME
    assert len(json.dumps(shown, ensure_ascii=False).encode().splitlines()) == 1
    assert shown == unicodedata.normalize("NFC", shown)
    assert printable(shown) == shown


def test_long_names_stay_two() -> None:
    """Names that are cut are told apart, and keep their suffix."""
    one, two = (printable("L" * 900 + end + ".xlsx") for end in "AB")
    assert one != two
    assert one.endswith(".xlsx")


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("~$X.xlsx", "a lock file of Microsoft Office"),
        (".~lock.X.xlsx#", "a lock file of LibreOffice"),
        (".~X.xlsx", "a lock file of WPS Office"),
        ("._X.xlsx", "what macOS keeps beside a file"),
        (".X.xlsx", "a hidden file"),
        ("..xlsx", "a hidden file"),
        (".X.xlsx.icloud", "a hidden file"),
        ("X.xlsx.part", "no workbook"),
        ("Thumbs.db", "no workbook"),
        ("xlsx", "no workbook"),
        ("X.xlsx", None),
        ("X.Xls ", None),
        ("~X.XLSB", None),
        ("SHEET.~X.xlsm", None),
    ],
)
def test_companions_and_hidden_files_are_no_workbooks(file: str, why: str | None) -> None:
    """What Office, WPS, LibreOffice, macOS and sync clients put beside a workbook is told from one by its name."""
    assert not_a_workbook(file) == why


@pytest.mark.parametrize("name", ["CAF\u00c9 ORDER LIST.xlsx", "CAFE\u0301 ORDER LIST.xlsx", LATIN, printable(LATIN)])
def test_one_name_in_every_spelling_has_one_table(name: str) -> None:
    """Composed, taken apart by macOS, or in bytes that are no UTF-8: the workbook lands in the same table."""
    assert table_name(name) == "xCAF_ORDER_LIST_RAW"
