"""Workbooks of BIFF12, each a few lines, with what they hold by [MS-XLSB]."""

from __future__ import annotations

import datetime as dt
import functools
import struct
from collections.abc import Mapping, Sequence

from tests.loader.corpus.cases import Case, Refusal, Rows
from tests.loader.corpus.xls import ERRORS, FORMATS
from tests.loader.corpus.xlsb_writer import (
    BEGIN_DATA,
    FORMULA,
    MICROSOFT,
    RELATIONS,
    Settings,
    Sheet,
    cell,
    real,
    record,
    rich,
    row,
    shared,
    text,
    xlsb,
)  # fmt: skip

CASES: list[Case] = []
REFUSALS: list[Refusal] = []
DAY = 46_188  # 2026-06-15
TEXT = "café ž\n\U0001f455"


def case(
    name: str,
    sheets: Sequence[Sheet],
    wanted: Mapping[str, Rows],
    settings: Settings | None = None,
    *,
    hidden: Mapping[str, Rows] | None = None,
    alone: str | None = None,
) -> None:
    CASES.append(Case(name, functools.partial(xlsb, sheets, settings), wanted, hidden or {}, alone))


def one(name: str, data: bytes, rows: Rows, settings: Settings | None = None, *, alone: str | None = None) -> None:
    case(name, [Sheet("MASTER", data)], {"MASTER": rows}, settings, alone=alone)


# --- values
one(
    "numbers",
    row(0) + real(0, 0.1) + cell(2, 1, struct.pack("<I", 17 << 2 | 2)) + cell(2, 2, struct.pack("<I", 1234 << 2 | 3))
    + cell(2, 3, struct.pack("<i", -5 << 2 | 2)) + cell(2, 4, struct.pack("<I", 0x3FF00000))
    + row(1_048_575) + real(16_383, -1e300),
    {1: [0.1, 17.0, 12.34, -5.0, 1.0], 1_048_576: [*[None] * 16_383, -1e300]},
)  # fmt: skip
one(
    "texts",
    row(3) + shared(1, 0) + shared(2, 1) + shared(3, 2) + shared(4, 3) + cell(8, 5, text(TEXT) + FORMULA)
    + cell(8, 6, text("") + FORMULA),
    {4: [None, TEXT, "rich", "", "long " * 5_000, TEXT, ""]},
    Settings(texts=[rich(TEXT), rich("rich", runs=2), rich(""), rich("long " * 5_000)]),
)  # fmt: skip
one("texts in cells", row(0) + cell(6, 0, text(TEXT)) + cell(6, 1, text("long " * 5_000)), {1: [TEXT, "long " * 5_000]},
    alone="leaves them out")  # fmt: skip
one("rich texts in cells", row(0) + cell(62, 0, rich(TEXT, runs=1)), {1: [TEXT]}, alone="leaves them out")
one("half a pair of surrogates", row(0) + cell(6, 0, text("a\ud83db")), {1: ["a�b"]}, alone="cannot decode it")
one(
    "booleans and errors, of cells and formulas",
    row(0) + cell(4, 0, b"\1") + cell(4, 1, b"\0") + cell(10, 2, b"\1" + FORMULA)
    + cell(9, 3, struct.pack("<d", 2.5) + FORMULA)
    + row(1) + b"".join(cell(3, column, bytes([code])) for column, code in enumerate(ERRORS))
    + row(2) + b"".join(cell(11, column, bytes([code]) + FORMULA) for column, code in enumerate(ERRORS)),
    {1: [True, False, True, 2.5], 2: list(ERRORS.values()), 3: list(ERRORS.values())},
)  # fmt: skip
one(
    "errors below and right of the last value",
    row(0) + real(0, 1) + cell(11, 1, b"\x2a" + FORMULA) + row(2) + cell(3, 0, b"\x17"),
    {1: [1.0, "#N/A"], 3: ["#REF!"]},
)
one("formatting alone, far away", row(0) + real(0, 1) + cell(1, 9_000) + row(900_000) + cell(1, 5), {1: [1.0]})
one(
    "cells that leave out their column",
    row(0) + cell(6, 2, text("x")) + record(16, bytes(4) + struct.pack("<d", 1)) + record(12, bytes(4))
    + record(17, bytes(4) + text("y")) + record(18, bytes(4) + bytes(4)) + row(1) + record(15, bytes(4) + b"\1")
    + record(14, bytes(4) + b"\x2a") + record(13, b"\1\0\0\0" + struct.pack("<I", DAY << 2 | 2)),
    {1: [None, None, "x", 1.0, None, "y", "first"], 2: [True, "#N/A", dt.date(2026, 6, 15)]},
    Settings(texts=[rich("first")], styles=[0, 14]),
    alone="does not know them",
)  # fmt: skip

# --- number formats
for name, id_, code, value, expected in FORMATS:
    one(
        f"format: {name}",
        row(0) + real(0, value, 1) + cell(9, 1, struct.pack("<d", value) + FORMULA, 1),
        {1: [expected, expected]},  # type: ignore[list-item]
        Settings(formats={} if code is None else {id_: code}, styles=[0, id_]),
    )
one(
    "dates of 1904",
    row(0) + real(0, DAY - 1462, 1),
    {1: [dt.date(2026, 6, 15)]},
    Settings(styles=[0, 14], date_1904=True),
)
one("a style that is not there", row(0) + real(0, 17, 9), {1: [17.0]})
one(
    "a style beside bits that say something else",
    row(0) + record(5, struct.pack("<II", 0, 0x01000001) + struct.pack("<d", DAY)),
    {1: [dt.date(2026, 6, 15)]},
    Settings(styles=[0, 14]),
)

# --- sheets and parts
case(
    "sheets that are hidden, charts, macros, dialogs",
    [
        Sheet("Cover", row(0) + real(0, 1)), Sheet("Hidden", row(0) + real(0, 2), state=1),
        Sheet("Very", row(0) + real(0, 3), state=2), Sheet("Chart", relation=f"{RELATIONS}/chartsheet"),
        Sheet("Macro", row(0) + real(0, 4), relation=f"{MICROSOFT}/xlMacrosheet"),
        Sheet("International", relation=f"{MICROSOFT}/xlIntlMacrosheet"),
        Sheet("Dialog", relation=f"{RELATIONS}/dialogsheet"),
        Sheet("Module", relation=""), Sheet("Ž & <x>", row(0) + real(0, 5)),
    ],
    {"Cover": {1: [1.0]}, "Ž & <x>": {1: [5.0]}},
    hidden={"Hidden": {1: [2.0]}, "Very": {1: [3.0]}},
    alone="lists all of them",
)  # fmt: skip
case(
    "relations of the strict standard",
    [
        Sheet(
            "MASTER", row(0) + real(0, 1), relation="http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet"
        )
    ],
    {"MASTER": {1: [1.0]}},
)
for folder, workbook in (("", "workbook.bin"), ("other/place", "book.bin")):
    one(f"the workbook in {folder!r}", row(0) + shared(0, 0), {1: ["first"]},
        Settings(texts=[rich("first")], folder=folder, workbook=workbook), alone="knows one place")  # fmt: skip
case(
    "records that nobody needs, in and around the data",
    [
        Sheet(
            "MASTER",
            record(37, b"\xff") + row(0) + record(49, b"x" * 200) + real(0, 1) + record(427, b"\xff" * 9) + record(36),
            before=record(148, bytes(16)) + cell(5, 3, bytes(8)) + record(0x3FFF, b"x"),
            after=row(7) + real(0, 9) + record(494, b"\xff"),
        )
    ],
    {"MASTER": {1: [1.0]}},
    Settings(odd=record(39, b"\xff" * 40) + record(128, b"x")),
)
case("a sheet without rows", [Sheet("MASTER")], {"MASTER": {}})


# --- what is refused
def refusal(name: str, sheets: Sequence[Sheet], reason: str, settings: Settings | None = None) -> None:
    REFUSALS.append(Refusal(name, functools.partial(xlsb, sheets, settings), reason))


PART = "Sheet 'MASTER': the part xl/worksheets/sheet1.bin"
BEGUN = record(129) + record(BEGIN_DATA)
refusal(
    "a part that ends within a record", [Sheet("MASTER", content=BEGUN + row(0)[:-2])], f"{PART} ends within a record"
)
refusal("a part that ends within a head", [Sheet("MASTER", content=BEGUN + b"\x91")], f"{PART} ends within a record")
refusal(
    "a part that ends between records", [Sheet("MASTER", content=BEGUN + row(0))], f"{PART} ends before its cells do"
)
refusal("a part without data", [Sheet("MASTER", content=b"")], f"{PART} ends before its cells do")
refusal(
    "a text that is missing",
    [Sheet("MASTER", row(4) + shared(0, 1))],
    f"{PART} has a cell in row 5 that refers to text 2 of 1: the file is damaged.",
    Settings(texts=[rich("x")]),
)
refusal(
    "a cell that is too short",
    [Sheet("MASTER", row(4) + record(5, bytes(9)))],
    f"{PART} has a cell in row 5 that is cut off",
)
refusal(
    "a text that is too short", [Sheet("MASTER", row(4) + cell(6, 0, b"\xff\0\0\0ab"))], "row 5 that ends within a text"
)
refusal(
    "a cell too far right", [Sheet("MASTER", row(0) + real(16_384, 1))], "row 1 that lies beyond the 16,384 columns"
)
refusal("rows that go back", [Sheet("MASTER", row(4) + row(3))], f"{PART} has row 4 behind row 5")
refusal(
    "shared texts that end early",
    [Sheet("MASTER", row(0) + shared(0, 0))],
    "The part xl/sharedStrings.bin ends within a text: the file is damaged.",
    Settings(texts=[b"\0\xff\0\0\0ab"]),
)
refusal(
    "styles that are cut off",
    [Sheet("MASTER")],
    "The part xl/styles.bin ends within a record",
    Settings(parts={"styles.bin": record(278) + record(44, bytes(30))[:-3]}),
)
refusal("no list of sheets", [Sheet("MASTER")], "The part xl/workbook.bin ends before its list of sheets does",
        Settings(parts={"workbook.bin": record(131)}))  # fmt: skip
