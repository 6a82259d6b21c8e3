# ruff: noqa: DTZ001 - a cell knows no time zone
"""Cells of .xls: workbooks of a few lines each, with what they hold by the format's specification."""

from __future__ import annotations

import datetime as dt
import functools
import struct
from collections.abc import Callable, Mapping

from tests.loader.corpus.biff_writer import (
    Globals,
    boolean,
    byte_label,
    continued,
    formula,
    label,
    long_text,
    number,
    record,
    rk,
    shared,
    special,
    unicode_text,
    xls,
)  # fmt: skip
from tests.loader.corpus.cases import Case, Rows

CASES: list[Case] = []
DAY = 46_188  # 2026-06-15
TEXT = "café – ok"  # noqa: RUF001
ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA", 0x63: "#ERROR!",
}  # fmt: skip


def case(
    name: str,
    build: Callable[[], bytes],
    rows: Rows | None = None,
    *,
    sheets: Mapping[str, Rows] | None = None,
    hidden: Mapping[str, Rows] | None = None,
    alone: str | None = None,
) -> None:
    CASES.append(Case(name, build, sheets if sheets is not None else {"MASTER": rows or {}}, hidden or {}, alone))


def one(name: str, cells: bytes, rows: Rows, settings: Globals | None = None, *, alone: str | None = None) -> None:
    """A workbook of BIFF8 with one sheet."""
    case(name, functools.partial(xls, cells, settings), rows, alone=alone)


# --- values
one(
    "numbers",
    number(0, 0, 0.1) + number(0, 1, -1e300) + rk(1, 0, 17 << 2 | 2) + rk(1, 1, 1234 << 2 | 3)
    + rk(1, 2, -5 << 2 & 0xFFFFFFFF | 2) + rk(1, 3, 0x3FF00000) + rk(1, 4, 0x40590000 | 1)
    + record(0x00BD, struct.pack("<HH", 2, 1) + struct.pack("<HIHIH", 0, 6, 0, 0xC0000000, 2)),
    {1: [0.1, -1e300], 2: [17.0, 12.34, -5.0, 1.0, 1.0], 3: [None, 1.0, -2.0]},
)  # fmt: skip
one(
    "booleans, errors, gaps",
    boolean(1, 1, 1) + boolean(1, 3, 0)
    + b"".join(boolean(3, column, code, error=True) for column, code in enumerate(ERRORS)),
    {2: [None, True, None, False], 4: list(ERRORS.values())},
)  # fmt: skip
one(
    "texts in cells and shared",
    label(0, 0, TEXT) + shared(0, 1, 0) + shared(0, 2, 1) + shared(0, 3, 2) + shared(0, 4, 3)
    + record(0x00D6, struct.pack("<HHH", 0, 5, 0) + unicode_text("rich ž") + struct.pack("<HHH", 1, 0, 5)),
    {1: [TEXT, "latin é", "ž\U0001f455", "", "a\nb", "rich ž"]},
    Globals(texts=["latin é", "ž\U0001f455", "", "a\nb"]),
)  # fmt: skip
for kind in (0x0006, 0x0206, 0x0406):
    one(
        f"formulas of record {kind:#06x}",
        formula(0, 0, struct.pack("<d", 34.5), kind=kind)
        + formula(0, 1, special(0), kind=kind) + record(0x04BC, bytes(12)) + record(0x0207, unicode_text("text ž"))
        + formula(0, 2, special(1, 1), kind=kind) + formula(0, 3, special(2, 0x2A), kind=kind)
        + formula(0, 4, special(3), kind=kind) + formula(0, 5, struct.pack("<d", DAY), kind=kind, style=1),
        {1: [34.5, "text ž", True, "#N/A", "", dt.date(2026, 6, 15)]},
        Globals(styles=[0, 14]),
    )  # fmt: skip
one(
    "rows and cells out of order, one of them twice",
    number(5, 2, 1) + number(2, 1, 2) + number(2, 0, 3) + number(5, 2, 4),
    {3: [3.0, 2.0], 6: [None, None, 4.0]},
)

# --- number formats
FORMATS: list[tuple[str, int, str | None, float, object]] = [
    ("built-in date", 14, None, DAY, dt.date(2026, 6, 15)),
    ("built-in moment", 22, None, DAY + 0.5625, dt.datetime(2026, 6, 15, 13, 30)),
    ("built-in duration", 46, None, 1.5, dt.timedelta(hours=36)),
    ("built-in number", 2, None, 17, 17.0),
    ("East Asian date", 27, None, DAY, dt.date(2026, 6, 15)),
    ("own date", 164, "yyyy-mm-dd", DAY, dt.date(2026, 6, 15)),
    ("own number with letters in quotes", 164, '0 "days"', 17, 17.0),
    ("negative under a date format", 14, None, -3, -3.0),
    *((f"own number under {id_}", id_, "#,##0.00_);-#,##0.00", 17, 17.0) for id_ in (14, 27, 36, 50, 52, 58)),
]
for name, id_, code, value, expected in FORMATS:
    one(
        f"format: {name}",
        number(0, 0, value, 1),
        {1: [expected]},  # type: ignore[list-item]
        Globals(formats={} if code is None else {id_: code}, styles=[0, id_]),
    )
one("dates of 1904", number(0, 0, DAY - 1462, 1), {1: [dt.date(2026, 6, 15)]}, Globals(styles=[0, 14], date_1904=True))
one(
    "a style that is not there, a format that is cut off",
    number(0, 0, 17, 9) + number(0, 1, 17, 1),
    {1: [17.0, 17.0]},
    Globals(styles=[0, 164], odd=record(0x041E, struct.pack("<HHB", 164, 90, 0) + b"yy")),
    alone="fails on the style",
)

# --- code pages
for page in (1200, 1252, 932, 10000, 65001, 21010, 0, None):
    one(
        f"BIFF8 with code page {page}",
        label(0, 0, TEXT) + shared(0, 1, 0) + formula(0, 2, special(0)) + record(0x0207, unicode_text(TEXT)),
        {1: [TEXT] * 3},
        Globals(code_page=page, texts=[TEXT]),
    )
BYTES: dict[int | None, tuple[bytes, str]] = {
    1252: (b"caf\xe9", "café"), 1251: (b"\xe6\xf3\xea", "жук"), 932: (b"\x83e\x83X", "テス"),
    10000: (b"caf\x8e", "café"),
    65001: (b"caf\xc3\xa9", "café"), 21010: (b"caf\xe9", "café"), None: (b"caf\xe9", "café"),
}  # fmt: skip
for page, (coded, text) in BYTES.items():
    case(
        f"BIFF5 with code page {page}",
        functools.partial(
            xls,
            byte_label(0, 0, coded) + byte_label(1, 0, coded, kind=0x00D6, tail=b"\0") + formula(2, 0, special(0))
            + record(0x0207, struct.pack("<H", len(coded)) + coded) + number(3, 0, DAY, 1),
            Globals(code_page=page, styles=[0, 164], formats={164: "dd/mm/yy"}),
            version=5,
        ),
        {1: [text], 2: [text], 3: [text], 4: [dt.date(2026, 6, 15)]},
        alone="does not know the code page, or takes a byte for a character" if page in (65001, 21010, 932) else None,
    )  # fmt: skip

# --- long texts
for letter in "až":
    for length in (8_000, 8_224, 20_000, 32_767):
        whole = letter * length
        sst = [struct.pack("<II", 2, 2), *long_text(whole, 7_001)]
        sst = [sst[0] + sst[1], *sst[2:-1], sst[-1] + unicode_text("after")]
        one(
            f"{length} times {letter!r}",
            shared(0, 0, 0) + shared(0, 1, 1) + formula(1, 0, special(0)) + continued(0x0207, long_text(whole, 8_001)),
            {1: [whole, "after"], 2: [whole]},
            Globals(packed_texts=continued(0x00FC, sst)),
        )
one(
    "a pair of surrogates that is parted, widths that change, formatting between records",
    b"".join(shared(0, column, column) for column in range(4)),
    {1: ["a\U0001f455b", "latinž", "rich", "after"]},
    Globals(
        packed_texts=continued(
            0x00FC,
            [
                struct.pack("<II", 4, 4) + struct.pack("<HB", 4, 1) + "a".encode("utf-16-le") + b"\x3d\xd8",
                b"\x01" + b"\x55\xdc" + "b".encode("utf-16-le") + struct.pack("<HB", 6, 0) + b"latin",
                b"\x01" + "ž".encode("utf-16-le") + unicode_text("rich", runs=3, phonetic=b"12345678")[:14],
                unicode_text("rich", runs=3, phonetic=b"12345678")[14:] + unicode_text("after"),
            ],
        )
    ),
    alone="cannot decode halves of a pair",
)
one(
    "half a pair of surrogates",
    shared(0, 0, 0),
    {1: ["a�b"]},
    Globals(texts=["a\ud83db"]),
    alone="cannot decode it",
)
one(
    "a wrong number of shared texts",
    shared(0, 0, 0) + shared(0, 1, 1),
    {1: ["x", "y"]},
    Globals(packed_texts=record(0x00FC, struct.pack("<II", 1, 1) + unicode_text("x") + unicode_text("y"))),
    alone="believes the number",
)
