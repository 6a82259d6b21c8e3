"""The .xls reader over the corpus, against xlrd, and over what xlwt writes."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence

import pytest
import xlrd
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from loader.errors import RejectedError
from loader.formats.base import Book, SheetInfo, Value
from loader.formats.biff import is_xls
from loader.formats.content import open_book
from loader.formats.moments import Moment, moment
from loader.formats.xls import open_xls
from loader.limits import Limits
from tests.loader.corpus.biff_writer import label, xls
from tests.loader.corpus.cases import Case, Refusal
from tests.loader.corpus.xls import CASES
from tests.loader.corpus.xls_files import REFUSALS
from tests.loader.formats.damage import CHANGES, Change, damaged, read_or_refused

Cells = dict[tuple[int, int], tuple[type, Value]]


def cells_of(book: Book, sheet: SheetInfo) -> Cells:
    """Its values with their types, by row and column; and the rows must ascend."""
    rows = list(book.rows(sheet))
    assert [number for number, _ in rows] == sorted({number for number, _ in rows})
    return {(n, c): (type(value), value) for n, cells in rows for c, value in enumerate(cells) if value is not None}


def expected(rows: dict[int, Sequence[Value]]) -> Cells:
    return {
        (n, c): (type(value), value) for n, cells in rows.items() for c, value in enumerate(cells) if value is not None
    }


@pytest.mark.parametrize("case", CASES, ids=str)
def test_corpus(case: Case) -> None:
    """Each workbook holds what the format's specification says, to the type of each value."""
    data = case.build()
    assert is_xls(data)
    book = open_xls(data)
    for visible, sheets in ((True, case.sheets), (False, case.hidden)):
        found = [sheet for sheet in book.sheets if sheet.visible == visible]
        assert [sheet.name for sheet in found] == list(sheets)
        for sheet in found:
            assert cells_of(book, sheet) == expected(dict(sheets[sheet.name]))


@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_refusals(case: Refusal) -> None:
    """What cannot be read is refused for a reason that is true and readable, with something to do."""
    with pytest.raises(RejectedError) as caught:
        book = open_xls(case.build())
        for sheet in book.sheets:
            list(book.rows(sheet))
    assert case.reason in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("case", [case for case in CASES if case.alone is None], ids=str)
def test_xlrd_reads_the_same(case: Case) -> None:
    """An independent reader finds the same sheets, and the same values before formats are heeded."""
    data = case.build()
    book = open_xls(data)
    theirs = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), ragged_rows=True)
    if theirs.biff_version >= 50:  # before, there is one sheet without a name
        assert [sheet.name for sheet in book.sheets] == theirs.sheet_names()
    for sheet, other in zip(book.sheets, theirs.sheets(), strict=True):
        raw = {
            (row + 1, column): _value(kind, value)
            for row in range(other.nrows)
            for column, (kind, value) in enumerate(zip(other.row_types(row), other.row_values(row), strict=True))
            if kind != xlrd.XL_CELL_EMPTY
        }
        mine = {place: value for place, (_, value) in cells_of(book, sheet).items()}
        assert mine.keys() == raw.keys()
        for place, value in mine.items():
            theirs_as_mine = {raw[place]}
            if isinstance(raw[place], float):
                theirs_as_mine |= {moment(raw[place], kind, date_1904=bool(theirs.datemode)) for kind in Moment}  # type: ignore[arg-type]
            assert value in theirs_as_mine


def _value(kind: int, value: object) -> object:
    if kind == xlrd.XL_CELL_ERROR:
        return {**xlrd.error_text_from_code, 0x2B: "#GETTING_DATA"}.get(value, "#ERROR!")
    return bool(value) if kind == xlrd.XL_CELL_BOOLEAN else value


_VALUES = st.one_of(
    st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**40), 2**40),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300),
    st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 30)).map(lambda value: value.replace(microsecond=0)),  # noqa: DTZ001
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(st.lists(_VALUES, max_size=5), max_size=30), st.booleans())
def test_what_xlwt_writes_is_read(rows: list[list[object]], mac: bool) -> None:
    """Any texts, numbers, booleans and dates come back as they were written."""
    workbook = xlwt.Workbook()
    workbook.dates_1904 = mac
    sheet = workbook.add_sheet("MASTER")
    date = xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM:SS")
    wanted: dict[int, Sequence[Value]] = {}
    for number, row in enumerate(rows):
        wanted[number + 1] = [_read_back(value) for value in row]
        for column, value in enumerate(row):
            if mac and isinstance(value, dt.datetime) and value.year < 1905:
                wanted[number + 1][column] = None  # type: ignore[index]
            elif value is not None:
                sheet.write(number, column, value, date if isinstance(value, dt.datetime) else xlwt.Style.default_style)
    buffer = io.BytesIO()
    workbook.save(buffer)
    book = open_xls(buffer.getvalue())
    assert cells_of(book, book.sheets[0]) == expected(wanted)


def _read_back(value: object) -> Value:
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return value  # type: ignore[return-value]


@settings(max_examples=500)
@given(st.sampled_from(CASES), CHANGES)
def test_damage_never_surprises(case: Case, changes: list[Change]) -> None:
    """A few changed, lost or doubled bytes: the file is read or refused in words, and nothing else happens."""
    data = damaged(case.build(), changes)
    if is_xls(data):
        read_or_refused(lambda: open_xls(data))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_found_by_content(case: Case) -> None:
    """Each of them is taken for what it is, whatever the file is called and whatever its texts say."""
    book = open_book(case.build(), Limits())
    assert {sheet.name for sheet in book.sheets} == {*case.sheets, *case.hidden}


def test_a_text_that_names_a_stream() -> None:
    """The name of what encrypted workbooks hold, as a text in a cell, makes no file a protected one."""
    book = open_book(xls(label(0, 0, "ž EncryptedPackage")), Limits())
    assert list(book.rows(book.sheets[0])) == [(1, ["ž EncryptedPackage"])]


def test_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither a good nor an odd file makes the reader print anything."""
    for case in CASES[:20]:
        open_xls(case.build())
    assert capfd.readouterr() == ("", "")
