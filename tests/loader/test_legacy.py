# ruff: noqa: DTZ001 - a cell knows no time zone
"""The older formats: .xls written by xlwt, .xlsb written byte by byte, for no library writes it."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

import pytest
import xlwt

from loader import Limits, RejectedError
from loader.workbook import Sheet, read_sheet
from tests.loader.books import REQUIRED

ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


class Error(int):
    """The code of an error cell."""


class FormulaError(Error):
    """The code of a formula whose result is an error."""


def xls(
    rows: Sequence[Sequence[object]], *, mac: bool = False, far: Mapping[str, tuple[int, int]] | None = None
) -> bytes:
    """An .xls with the sheet MASTER, and others with a value in A1 and one in a far cell."""
    workbook = xlwt.Workbook()
    workbook.dates_1904 = mac
    sheet = workbook.add_sheet("MASTER")
    date = xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM")
    for number, row in enumerate((REQUIRED, *rows)):
        for column, value in enumerate(row):
            if isinstance(value, Error):
                sheet.row(number).set_cell_error(column, int(value))
            elif isinstance(value, dt.datetime):
                sheet.write(number, column, value, date)
            elif value is not None:
                sheet.write(number, column, value)
    for name, cell in (far or {}).items():
        other = workbook.add_sheet(name)
        other.write(0, 0, 1)
        other.write(*cell, 1)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def record(kind: int, content: bytes = b"") -> bytes:
    """A record of BIFF12: kind and size in groups of seven bits, content."""
    size, groups = len(content), bytearray()
    while size >= 0x80:
        groups.append(size & 0x7F | 0x80)
        size >>= 7
    head = bytes([kind & 0x7F | 0x80, kind >> 7]) if kind >= 0x80 else bytes([kind])
    return head + bytes([*groups, size]) + content


def text(value: str) -> bytes:
    units = value.encode("utf-16-le")
    return struct.pack("<I", len(units) // 2) + units


def cell(column: int, value: object) -> bytes:
    head = struct.pack("<II", column, 0)
    match value:
        case FormulaError():
            return record(11, head + bytes([value]) + b"\0\0" + struct.pack("<II", 0, 0))
        case Error():
            return record(3, head + bytes([value]))
        case bool():
            return record(4, head + bytes([value]))
        case int() | float():
            return record(5, head + struct.pack("<d", value))
        case None:
            return record(1, head)
        case _:
            return record(6, head + text(str(value)))


def xlsb(rows: Mapping[int, Mapping[int, object]], sheet: str = "MASTER") -> bytes:
    """An .xlsb with one other sheet before ``sheet``; rows and columns count from 0."""
    body = b"".join(
        record(0, struct.pack("<I", number) + bytes(13)) + b"".join(cell(c, value) for c, value in row.items())
        for number, row in rows.items()
    )

    def part(content: bytes) -> bytes:
        return (
            record(0x81) + record(0x94, struct.pack("<IIII", 0, max(rows), 0, 3)) + record(0x91) + content
            + record(0x92) + record(0x82)
        )  # fmt: skip

    def listed(number: int, name: str) -> bytes:
        return record(156, struct.pack("<II", 0, number) + text(f"rId{number}") + text(name))

    book = (
        record(0x83) + record(0x8F) + listed(1, "OLD") + listed(2, sheet) + record(0x90) + record(0x84)
    )  # fmt: skip
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="worksheets/sheet{n}.bin"/>' for n in (1, 2)
    )  # fmt: skip
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.bin", book)
        package.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>',
        )
        package.writestr("xl/worksheets/sheet1.bin", part(b""))
        package.writestr("xl/worksheets/sheet2.bin", part(body))
    return buffer.getvalue()


HEADER: dict[int, object] = dict(enumerate(REQUIRED))


def rows_of(name: str, data: bytes) -> list[list[str | None]]:
    return [list(row.values()) for row in read(name, data).data.to_pylist()]


def read(name: str, data: bytes, limits: Limits | None = None) -> Sheet:
    return read_sheet(name, data, limits or Limits())


def rejection(name: str, data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(RejectedError) as caught:
        read(name, data, limits)
    assert caught.value.hint
    return str(caught.value)


def test_xls_lands_without_loss(capfd: pytest.CaptureFixture[str]) -> None:
    """Texts, numbers, booleans, gaps and every error; the library that finds the errors prints nothing."""
    errors = [Error(code) for code in ERRORS]
    rows: list[list[object]] = [
        ["A1", "ÜBER\n\U0001f455", 12, 0.1],
        ["A2", True, None, Error(0x2A)],
        *([e, "x", e, 1] for e in errors),
    ]
    assert rows_of("a.xls", xls(rows)) == [
        ["A1", "ÜBER\n\U0001f455", "12", "0.1"], ["A2", "TRUE", None, "#N/A"],
        *([name, "x", name, "1"] for name in ERRORS.values()),
    ]  # fmt: skip
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("mac", [False, True])
def test_xls_dates(mac: bool) -> None:
    """A date is the same in both date systems of the format."""
    row = ["A1", "G", dt.datetime(2026, 6, 15), dt.datetime(2026, 6, 15, 13, 30)]
    assert rows_of("a.xls", xls([row], mac=mac)) == [["A1", "G", "2026-06-15", "2026-06-15T13:30:00"]]


def test_xls_with_far_cells() -> None:
    """Few cells far apart cost nothing, on the sheet that is read or on others; the limits hold."""
    rows = rows_of("a.xls", xls([["A1", "G", "S", 1]], far={f"S{n}": (65_535, 255) for n in range(3)}))
    assert rows == [["A1", "G", "S", "1"]]
    assert "down to row 2; the limit is 1" in rejection("a.xls", xls([["A1"]]), Limits(rows=1))


def test_damaged_xls() -> None:
    """Cut off anywhere: it says so, and what to do."""
    data = xls([["A1", "G", "S", 1]])
    assert "The file is truncated or damaged: its directory cannot be found." in rejection(
        "a.xls", data[: len(data) // 2]
    )
    assert "The file is truncated or damaged" in rejection("a.xls", data[:600])


def test_xlsb_lands_without_loss() -> None:
    """Texts, numbers, booleans, gaps, and every error, as a constant and as the result of a formula."""
    rows: dict[int, dict[int, object]] = {
        2: HEADER,
        3: {0: "A1", 1: "ÜBER\n\U0001f455", 2: 12, 3: 0.1},
        5: {0: "A2", 1: True, 2: None, 3: Error(0x2A)},
    }
    rows |= {n: {0: Error(code), 1: "x", 2: FormulaError(code), 3: 1} for n, code in enumerate(ERRORS, 6)}
    data = xlsb(rows)
    assert rows_of("a.xlsb", data) == [
        ["A1", "ÜBER\n\U0001f455", "12", "0.1"], ["A2", "TRUE", None, "#N/A"],
        *([name, "x", name, "1"] for name in ERRORS.values()),
    ]  # fmt: skip
    sheet = read("a.xlsb", data)
    assert (sheet.name, sheet.header_row, sheet.rows.to_pylist()[:2]) == ("MASTER", 3, [4, 6])


def test_xlsb_has_long_texts() -> None:
    """A record of more than 127 bytes, whose size takes two bytes, is stepped over whole."""
    long = "long " * 5_000
    rows = {0: HEADER, 1: {0: long, 1: "x", 2: "y", 3: Error(0x17)}}
    assert rows_of("a.xlsb", xlsb(rows)) == [[long, "x", "y", "#REF!"]]


def test_xlsb_with_far_cells() -> None:
    """The last row that Excel has lands; a column that no table can hold is refused."""
    far: dict[int, dict[int, object]] = {0: HEADER, 1_048_575: {3: 1}}
    assert rows_of("a.xlsb", xlsb(far)) == [[None, None, None, "1"]]
    wide: dict[int, dict[int, object]] = {0: HEADER, 1: {16_383: 1}}
    assert "Sheet 'MASTER' has values out to column 16,384; the limit is 1,019" in rejection("a.xlsb", xlsb(wide))


def test_xlsb_blank_cells_span_nothing() -> None:
    """Formatting without values, far away, is no data."""
    rows: dict[int, dict[int, object]] = {0: HEADER, 1: {0: "A1", 1: "G", 2: "S", 3: 1}, 900_000: {5_000: None}}
    assert rows_of("a.xlsb", xlsb(rows)) == [["A1", "G", "S", "1"]]


def test_damaged_xlsb() -> None:
    """A part that ends within a cell is refused with its name and the sheet's."""
    source = zipfile.ZipFile(io.BytesIO(xlsb({0: HEADER, 1: {0: "A1", 3: Error(0x2A)}})))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[: content.rindex(b"\x03\x09") + 6] if name.endswith("2.bin") else content)
    reason = rejection("a.xlsb", buffer.getvalue())
    assert "Sheet 'MASTER': the part xl/worksheets/sheet2.bin ends within a record: the file is damaged." in reason
