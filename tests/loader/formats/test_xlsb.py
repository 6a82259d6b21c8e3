"""The .xlsb reader over the corpus, against pyxlsb, and over what an own writer writes."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence

import pytest
import pyxlsb
from hypothesis import given, settings
from hypothesis import strategies as st

from loader.errors import RejectedError
from loader.formats.base import Value
from loader.formats.moments import Moment, moment
from loader.formats.package import Relation
from loader.formats.xlsb import open_xlsb
from tests.loader.corpus.cases import Case, Refusal
from tests.loader.corpus.xls import ERRORS
from tests.loader.corpus.xlsb import CASES, REFUSALS
from tests.loader.corpus.xlsb_writer import Settings, Sheet, cell, real, rich, row, shared, text, xlsb
from tests.loader.formats.damage import CHANGES, Change, damaged, read_or_refused
from tests.loader.formats.packages import CutPackage
from tests.loader.formats.test_xls import cells_of, expected


@pytest.mark.parametrize("case", CASES, ids=str)
def test_corpus(case: Case) -> None:
    """Each workbook holds what [MS-XLSB] says, to the type of each value, wherever its parts are cut into pieces."""
    data = case.build()
    for step in (7, 1_000, len(data) * 1_000):
        book = open_xlsb(CutPackage(data, step))
        for visible, sheets in ((True, case.sheets), (False, case.hidden)):
            found = [sheet for sheet in book.sheets if sheet.visible == visible]
            assert [sheet.name for sheet in found] == list(sheets)
            for sheet in found:
                assert cells_of(book, sheet) == expected(dict(sheets[sheet.name]))


@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_refusals(case: Refusal) -> None:
    """What cannot be read is refused with the part, the sheet and the row, as far as they are known."""
    with pytest.raises(RejectedError) as caught:
        book = open_xlsb(CutPackage(case.build()))
        for sheet in book.sheets:
            list(book.rows(sheet))
    assert case.reason in str(caught.value)
    assert caught.value.hint


def test_a_part_that_is_missing() -> None:
    """A sheet whose part is not in the package is listed, and refused only when it is asked for."""

    class Incomplete(CutPackage):
        def relations(self, part: str) -> Mapping[str, Relation]:
            return {key: link for key, link in super().relations(part).items() if key != "rId2"}

    book = open_xlsb(Incomplete(xlsb([Sheet("MASTER", row(0) + real(0, 1)), Sheet("OTHER")])))
    assert [sheet.name for sheet in book.sheets] == ["MASTER", "OTHER"]
    assert list(book.rows(book.sheets[0])) == [(1, [1.0])]
    with pytest.raises(RejectedError, match="Sheet 'OTHER' has no part in the file"):
        list(book.rows(book.sheets[1]))


def test_rows_come_as_they_are_asked_for() -> None:
    """The first rows are there before the rest of the part is read, and a damage behind them is met later."""
    whole = xlsb([Sheet("MASTER", b"".join(row(n) + real(0, n) for n in range(1_000)) + row(0))])
    package = CutPackage(whole, 500)
    book = open_xlsb(package)
    rows = book.rows(book.sheets[0])
    assert [next(rows) for _ in range(3)] == [(1, [0.0]), (2, [1.0]), (3, [2.0])]
    with pytest.raises(RejectedError, match="has row 1 behind row 1,000"):
        list(rows)


@pytest.mark.parametrize("case", [case for case in CASES if case.alone is None], ids=str)
def test_pyxlsb_reads_the_same(case: Case) -> None:
    """An independent reader finds the same sheets, and the same values before formats are heeded."""
    data = case.build()
    book = open_xlsb(CutPackage(data))
    with pyxlsb.open_workbook(io.BytesIO(data)) as theirs:
        assert [sheet.name for sheet in book.sheets] == theirs.sheets
        for sheet in book.sheets:
            with theirs.get_sheet(sheet.name) as other:
                raw = {(c.r + 1, c.c): c.v for cells in other.rows(sparse=True) for c in cells if c.v is not None}
            mine = cells_of(book, sheet)
            assert mine.keys() == raw.keys()
            for place, (kind, value) in mine.items():
                found = raw[place]
                if isinstance(found, str) and found.startswith("0x"):
                    found = ERRORS.get(int(found, 16), "#ERROR!")
                same = {found}
                if kind not in (str, bool):
                    same |= {
                        moment(found, as_, date_1904=day_of_1904) for as_ in Moment for day_of_1904 in (False, True)
                    }
                assert value in same


_VALUES = st.one_of(
    st.none(), st.booleans(), st.floats(allow_nan=False), st.sampled_from(sorted(set(ERRORS.values()) - {"#ERROR!"})),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 30)).map(lambda value: value.replace(microsecond=0)),  # noqa: DTZ001
)  # fmt: skip


@settings(max_examples=80)
@given(
    st.dictionaries(st.integers(0, 1_048_575), st.dictionaries(st.integers(0, 200), _VALUES, max_size=5), max_size=20),
    st.integers(1, 300),
)
def test_what_is_written_is_read(rows: dict[int, dict[int, object]], step: int) -> None:
    """Any texts, numbers, errors, booleans and dates come back, in rows and columns however far apart."""
    texts: list[bytes] = []
    data, wanted = b"", dict[int, Sequence[Value]]()
    for number in sorted(rows):
        data += row(number)
        values: list[Value] = [None] * 201
        for column in sorted(rows[number]):
            values[column] = _read_back(rows[number][column])
            data += _cell(column, rows[number][column], texts)
        wanted[number + 1] = values
    book = open_xlsb(CutPackage(xlsb([Sheet("MASTER", data)], Settings(texts=texts, styles=[0, 22])), step))
    assert cells_of(book, book.sheets[0]) == expected(wanted)


def _cell(column: int, value: object, texts: list[bytes]) -> bytes:
    codes = {name: code for code, name in ERRORS.items()}
    if isinstance(value, str) and value in codes:
        return cell(3, column, bytes([codes[value]]))
    if isinstance(value, str) and len(value) % 2:
        texts.append(rich(value))
        return shared(column, len(texts) - 1)
    if isinstance(value, str):
        return cell(6, column, text(value))
    if isinstance(value, bool):
        return cell(4, column, bytes([value]))
    if isinstance(value, dt.datetime):
        return real(column, (value - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1), 1)  # noqa: DTZ001
    return cell(1, column) if value is None else real(column, float(str(value)))


def _read_back(value: object) -> Value:
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return value  # type: ignore[return-value]


@settings(max_examples=300)
@given(st.sampled_from(CASES), st.integers(0, 9), CHANGES)
def test_damage_never_surprises(case: Case, number: int, changes: list[Change]) -> None:
    """A few changed, lost or doubled bytes in a part: it is read or refused in words, and nothing else happens."""
    data = case.build()
    package = CutPackage(data)
    parts = [name for name in zipfile.ZipFile(io.BytesIO(data)).namelist() if name.endswith(".bin")]
    part = parts[number % len(parts)]
    package.changed[part] = damaged(package.read(part), changes)
    read_or_refused(lambda: open_xlsb(package))
