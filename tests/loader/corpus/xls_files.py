"""Files of .xls: sheets, containers, old versions, oddities, and what is refused; with the cells of ``xls``."""

from __future__ import annotations

import datetime as dt
import functools
import struct
from collections.abc import Callable

from tests.loader.corpus.biff_writer import (
    EOF,
    Globals,
    Sheet,
    bof,
    byte_label,
    formula,
    label,
    number,
    record,
    shared,
    special,
    workbook,
    xls,
)
from tests.loader.corpus.cases import Refusal, Rows
from tests.loader.corpus.ole_writer import ole
from tests.loader.corpus.xls import DAY, TEXT, case, one

REFUSALS: list[Refusal] = []

# --- sheets
SHEETS = [
    Sheet("Cover", number(0, 0, 1)), Sheet("Hidden", number(0, 0, 2), state=1), Sheet("Very", number(0, 0, 3), state=2),
    Sheet("Chart", b"", kind=2, substream=0x20), Sheet("Macro", number(0, 0, 4), kind=1, substream=0x40),
    Sheet("Module", b"", kind=6, substream=0x06), Sheet("Chart too", b"", substream=0x20), Sheet("Ž", label(0, 0, "z")),
]  # fmt: skip
case(
    "sheets that are hidden, charts, macros",
    lambda: ole({"Workbook": workbook(SHEETS)}),
    sheets={"Cover": {1: [1.0]}, "Ž": {1: ["z"]}},
    hidden={"Hidden": {1: [2.0]}, "Very": {1: [3.0]}},
    alone="fails on a chart that is listed as a sheet",
)
case(
    "sheets that are listed where their cells start",
    lambda: ole({"Workbook": workbook([Sheet(name, label(0, 0, name), shift=20) for name in "AB"])}),
    sheets={"A": {1: ["A"]}, "B": {1: ["B"]}},
    alone="wants a sheet to start there",
)
one(
    "a chart in the sheet",
    number(0, 0, 1) + bof(8, 0x20) + number(7, 7, 9) + formula(8, 8, special(0)) + EOF + number(1, 0, 2),
    {1: [1.0], 2: [2.0]},
)

# --- what nobody needs
RUBBISH = (0x0017, 0x0018, 0x0023, 0x005C, 0x008C, 0x0092, 0x01AE, 0x0293, 0x0031, 0x00EB)
RUBBISH_OF_SHEET = (
    0x00EC, 0x005D, 0x01B6, 0x001C, 0x01B8, 0x0800, 0x01B0, 0x01B1, 0x00E5, 0x015F, 0x00A0, 0x023E, 0x0225, 0x0041,
    0x0200, 0x0208, 0x007D, 0x00BE, 0x0872, 0x00AB, 0x001A,
)  # fmt: skip
one(
    "rubbish in all records that no order list needs",
    b"".join(record(kind, b"\xff\xff\xff") for kind in RUBBISH_OF_SHEET) + number(0, 0, 1)
    + b"".join(record(kind) for kind in RUBBISH_OF_SHEET),
    {1: [1.0]},
    Globals(odd=b"".join(record(kind, b"\xff\xff\xff") + record(kind) for kind in RUBBISH)),
    alone="fails on it",
)  # fmt: skip
one("a version that no Excel writes", number(0, 0, 1), {1: [1.0]}, Globals(said=0x0680), alone="does not know it")

# --- containers
STREAM = workbook([Sheet("MASTER", label(0, 0, TEXT))])
OLD = workbook([Sheet("OLD", byte_label(0, 0, b"old"))], Globals(code_page=1252), version=5)
WHOLE: Rows = {1: [TEXT]}
LARGE = bytes(16_000_000)  # 136 sectors of the table do not fit, and need two more sectors
case("Excel 5.0/95 & 97: the workbook twice", lambda: ole({"Book": OLD, "Workbook": STREAM}), WHOLE)
case("an empty newer workbook", lambda: ole({"Workbook": b"", "Book": OLD}, small=True), sheets={"OLD": {1: ["old"]}})
case("a stream in capitals", lambda: ole({"WORKBOOK": STREAM}), WHOLE)
case("small sectors", lambda: ole({"Workbook": STREAM}, small=True), WHOLE)
case(
    "sectors of 4,096 bytes", lambda: ole({"Workbook": STREAM}, shift=12), WHOLE, alone="takes the header for 512 bytes"
)
case("scattered sectors", lambda: ole({"Other": bytes(9_000), "Workbook": STREAM}, scattered=True), WHOLE)
case("a workbook embedded before the file's own", lambda: ole({"Workbook": STREAM}, embedded={"Workbook": OLD}), WHOLE)
case(
    "a file so large that its table is listed outside of the header",
    lambda: ole({"Other": LARGE, "Workbook": STREAM}),
    WHOLE,
)
case("a directory without its tree", lambda: ole({"Workbook": STREAM}, linked=False), WHOLE, alone="does not find it")
case(
    "a chain longer than its stream",
    lambda: ole({"Workbook": STREAM + bytes(2_000)}, stated={"Workbook": 4_096}),
    WHOLE,
)
case("a cut last sector", lambda: ole({"Workbook": STREAM})[:-100], WHOLE, alone="needs whole sectors")

# --- before BIFF5: one sheet, no list of them


def bare(version: int, content: bytes, kind: int = 0x0010) -> bytes:
    return bof(version, kind) + content + EOF


def old_cell(kind: int, row: int, column: int, content: bytes, attributes: bytes = bytes(3)) -> bytes:
    return record(kind, struct.pack("<HH", row, column) + attributes + content)


ATTRIBUTES_OF_FORMAT_1, ATTRIBUTES_OF_IXFE = b"\0\x01\0", b"\x3f\0\0"
case(
    "BIFF2",
    lambda: bare(
        2,
        record(0x0042, struct.pack("<H", 1251)) + record(0x001E, b"\x07General") + record(0x001E, b"\x06d/m/yy")
        + old_cell(0x0004, 0, 0, b"\x03\xe6\xf3\xea") + old_cell(0x0002, 0, 1, struct.pack("<H", 60_000))
        + old_cell(0x0003, 0, 2, struct.pack("<d", DAY), ATTRIBUTES_OF_FORMAT_1) + old_cell(0x0005, 0, 3, b"\x01\0")
        + old_cell(0x0005, 0, 4, b"\x2a\x01") + old_cell(0x0006, 1, 0, struct.pack("<d", 2.5) + bytes(4))
        + old_cell(0x0006, 1, 1, special(0) + bytes(4)) + record(0x0007, b"\x02ok"),
    ),
    sheets={"Sheet1": {1: ["жук", 60_000.0, dt.date(2026, 6, 15), True, "#N/A"], 2: [2.5, "ok"]}},
)  # fmt: skip
case(
    "BIFF2 with styles",
    lambda: bare(
        2,
        record(0x001E, b"\x07General") + record(0x001E, b"\x06d/m/yy") + record(0x0043, bytes(4))
        + record(0x0043, b"\0\0\x41\0") + record(0x0044, b"\x01\0")
        + old_cell(0x0003, 0, 0, struct.pack("<d", DAY), ATTRIBUTES_OF_IXFE)
        + old_cell(0x0003, 0, 1, struct.pack("<d", DAY)),
    ),
    sheets={"Sheet1": {1: [dt.date(2026, 6, 15), float(DAY)]}},
)  # fmt: skip
for old in (3, 4):
    lead = bytes(2) if old == 4 else b""
    code_kind, style_kind = (0x041E, 0x0443) if old == 4 else (0x001E, 0x0243)
    case(
        f"BIFF{old}",
        functools.partial(
            bare,
            old,
            record(code_kind, lead + b"\x07General") + record(code_kind, lead + b"\x06d/m/yy")
            + record(style_kind, bytes(12)) + record(style_kind, b"\0\x01" + bytes(10))
            + number(0, 0, DAY, 1) + byte_label(0, 1, b"caf\xe9")
            + formula(0, 2, struct.pack("<d", 2.5), kind=0x0406 if old == 4 else 0x0206),
        ),
        sheets={"Sheet1": {1: [dt.date(2026, 6, 15), "café", 2.5]}},
    )  # fmt: skip


def workbook_of_biff4() -> bytes:
    sheets = [bare(4, number(0, 0, n)) for n in (1, 2)]
    body = b"".join(record(0x008F, struct.pack("<IB", len(sheet), 1) + name) + sheet
                    for sheet, name in zip(sheets, (b"A", b"B"), strict=True))  # fmt: skip
    listed = record(0x0085, b"\x01A") + record(0x0085, b"\x01B")
    return bof(4, 0x0100) + record(0x008E, struct.pack("<I", 10)) + listed + body + EOF


case("a workbook of BIFF4", workbook_of_biff4, sheets={"A": {1: [1.0]}, "B": {1: [2.0]}})
case(
    "bare cells as old web pages wrote them",
    lambda: record(0x0809, struct.pack("<4H", 0, 0x10, 0, 0)) + byte_label(0, 0, b"caf\xe9") + number(0, 1, 17) + EOF,
    sheets={"Sheet1": {1: ["café", 17.0]}},
)


# --- what is refused
def refusal(name: str, build: Callable[[], bytes], reason: str) -> None:
    REFUSALS.append(Refusal(name, build, reason))


PROTECTED = "The file is protected with a password."
refusal("a password", lambda: xls(number(0, 0, 1), Globals(odd=record(0x002F, bytes(6)))), PROTECTED)
refusal("a password of BIFF4", lambda: bare(4, record(0x002F, bytes(4)) + number(0, 0, 1)), PROTECTED)
refusal("an encrypted .xlsx", lambda: ole({"EncryptionInfo": b"x", "EncryptedPackage": b"y"}), PROTECTED)
refusal(
    "a document with a workbook in it",
    lambda: ole({"WordDocument": b"x"}, embedded={"Workbook": STREAM}),
    "The file holds no workbook",
)
refusal("no workbook", lambda: b"a;b\r\n1;2\r\n", "starts with no BIFF record")
refusal("only the header", lambda: ole({"Workbook": STREAM})[:600], "The file is truncated or damaged: its")
refusal(
    "half of it",
    lambda: ole({"Workbook": workbook([Sheet("MASTER", number(0, 0, 1) * 999)])})[:9_000],
    "truncated or damaged",
)
refusal(
    "a sheet without an end",
    lambda: ole({"Workbook": STREAM[: -len(EOF)]}, small=True),
    "Sheet 'MASTER' ends before its cells do",
)
refusal(
    "a sheet that ends within a cell",
    lambda: ole({"Workbook": STREAM[:-9]}, small=True),
    "Sheet 'MASTER' is cut off within a record",
)
refusal(
    "a sheet elsewhere",
    lambda: ole({"Workbook": STREAM.replace(bof(8, 0x10), b"\xff\xff" + bof(8, 0x10)[2:])}),
    "Sheet 'MASTER' is not where the list of sheets says",
)
refusal(
    "a sheet behind the end",
    lambda: ole(
        {"Workbook": STREAM.replace(record(0x0085, b"")[:2], b"\x85\0", 1)[: STREAM.rindex(bof(8, 0x10))]}, small=True
    ),
    "Sheet 'MASTER' ends before its cells do",
)
refusal(
    "a text that is missing",
    lambda: xls(shared(4, 0, 1), Globals(texts=["x"])),
    "Sheet 'MASTER' has a cell in row 5 that refers to text 2 of 1: the file is damaged",
)
refusal(
    "a cell that is too short",
    lambda: xls(record(0x0203, struct.pack("<HHH", 6, 0, 0))),
    "cell in row 7 that is cut off",
)
refusal("a cell too far right", lambda: xls(number(1, 256, 1)), "cell in row 2 that lies beyond the 256 columns")
refusal(
    "a text that ends early",
    lambda: xls(record(0x0204, struct.pack("<HHHHB", 8, 0, 0, 9, 0) + b"abc")),
    "row 9 that ends",
)
refusal(
    "formulas without a result",
    lambda: xls(formula(4, 27, special(0)) + number(5, 0, 1)),
    "Sheet 'MASTER', row 5: cell AB5 is a formula without a stored result",
)
refusal("a last formula without a result", lambda: xls(formula(0, 0, special(0))), "cell A1 is a formula without")
