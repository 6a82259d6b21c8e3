"""What lands, against what two independent readers say: openpyxl, and a plain one of our own."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import openpyxl
import pytest

import samples
from loader.limits import Limits
from loader.workbook import read_sheet
from tests.loader import naive
from tests.loader.corpus import xlsx

Texts = dict[tuple[int, int], str]
Reader = Callable[[bytes, str], Mapping[tuple[int, int], object]]
#: Cases of the corpus that the plain reader cannot be asked about: packages not as Excel writes them.
UNKNOWN_TO_NAIVE = {
    "^names ": "takes names of parts as they are written",
    " in the archive$": "tells case apart in names of parts",
    "^targets (with backslashes|that name)|percent signs$": "takes targets as they are written",
    "^without the root": "looks nowhere else for the workbook",
    "^a mark of UTF-8 and an empty line|^70 KiB": "forgives nothing",
    "of the name MASTER$": "takes the first sheet of that name, whatever its kind",
}
#: Where openpyxl is wrong by ECMA-376, or refuses what Excel opens.
KNOWN_OF_OPENPYXL = {
    "^no number|^text under 14": "fails on a text in a number's place, or takes 1_000, NaN and 1E+400 for numbers",
    "^error cell without its text: (no|an empty|v as)": "leaves out an error cell that does not say which",
    "^e(mpty cell:|rror cell).* blanks$": "fails on blanks in <v>, or takes them for the value",
    "^boolean '(true|false)'": "fails on the words, which xsd:boolean allows",
    "place with dollars$": "fails on $E$2",
    "^e spelled with blanks in": "keeps blanks around an error's text",
    "^result of a formula kept|^text in place, (in v|without is)|in is$": "knows no text but in its usual place",
    "^shared text '1.0'": "fails on an index with a fraction, which LibreOffice wrote",
    "<t>  a  b </t>$": "keeps blanks that are not marked to be preserved",
    "^(shared text|text in place) <t>.*_x.*_|, escaped$": "does not know the escapes of 22.9.2.19 everywhere",
    "^-(1|0.5) under": "makes dates of negative numbers, which 18.17.4.1 does not have",
    "^60(.5)? under 14": "calls 1900-02-29, which only Excel has, the day before",
    "^(2958466|99999999|2957004|1E.300|1e300) under": "calls days after 9999 an error, or zero",
    r"^45357 under (2|3|5)\d ": "does not know the dates of East Asia (18.8.30)",
    r"""^45357 under '(\*d0|"dmy)'""": "takes a fill or an open quotation for letters of a date",
    "^45357 under 14  in style 99|^style ": "fails on styles that are not there",
    "^names |the archive$|^targets (with|that)|a target with|^all parts in the root|^other names|types$": (
        "finds parts only where they usually lie, and as they are written"
    ),
    "^(an|two) empty lines? in front|mark of UTF-8 and": "fails on an empty line in front of XML",
    "^a format behind": "lets a cell without a value take another's place",
    "^the strict": "does not know the strict namespaces",
    "^70 KiB": "does not find the archive's directory",
    "core.xml is|rels is": "reads parts that no cell needs",
    "^a state that|^in front: (<sheet name=.Gone|a )": "fails on sheets that are not worksheets, and odd states",
}


def landed(data: bytes) -> tuple[str, int, Texts]:
    """The sheet that is read, its header row, and the texts below by row and column."""
    sheet = read_sheet("A.xlsx", data, Limits())
    places = {header.column: header.position for header in sheet.headers}
    texts: Texts = {}
    for numbers, table in sheet.pieces():
        for name in table.column_names:
            for number, text in zip(numbers.to_pylist(), table[name].to_pylist(), strict=True):
                if text is not None:
                    texts[number, places[name]] = text
    return sheet.name, sheet.header_row, texts


def text_of(value: object) -> str | float | None:
    """What a value of another reader lands as; numbers stay such, for only their spelling is ours."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, dt.datetime):
        return (value.date() if value.time() == dt.time() else value).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(value) if value not in (None, "") else None


def differences(ours: Texts, theirs: Mapping[tuple[int, int], object], below: int) -> Iterator[str]:
    for place in sorted({*ours, *(place for place in theirs if place[0] > below)}):
        text, value = ours.get(place), text_of(theirs.get(place))
        if isinstance(value, float) and text is not None and re.fullmatch(r"-?\d+(\.\d+)?", text):
            text = float(text)  # type: ignore[assignment]
        if text != value:
            yield f"{place}: landed {text!r}, the other reader says {theirs.get(place)!r}"


def by_openpyxl(data: bytes, sheet: str) -> dict[tuple[int, int], object]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    cells = workbook[sheet]._cells  # its rows would be all up to the last cell
    return {place: cell.value for place, cell in cells.items() if cell.value is not None}


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    samples.generate(folder, processes=1)
    return folder


def wrong(reader: Reader) -> dict[str, str]:
    """In which cases of the corpus another reader says something else than what lands, or fails; and what."""
    found = {}
    for case in xlsx.LISTS:
        data = case.data()
        name, header, ours = landed(data)
        try:
            said = next(differences(ours, reader(data, name), header), None)
        except Exception as error:
            said = repr(error)
        if said:
            found[case.name] = said
    return found


@pytest.mark.parametrize(
    ("reader", "known"), [(naive.read, UNKNOWN_TO_NAIVE), (by_openpyxl, KNOWN_OF_OPENPYXL)], ids=["naive", "openpyxl"]
)
def test_corpus(reader: Reader, known: Mapping[str, str]) -> None:
    """Over the corpus both say what lands, but for what each is known not to read; and no such entry is out of date."""
    found = wrong(reader)
    assert {name: said for name, said in found.items() if not any(re.search(p, name) for p in known)} == {}
    assert [pattern for pattern in known if not any(re.search(pattern, name) for name in found)] == []


@pytest.mark.parametrize("reader", [naive.read, by_openpyxl])
def test_samples(reader: Reader, workbooks: Path) -> None:
    """Over all sample workbooks of XML both say what lands, cell by cell."""
    paths = sorted(workbooks.glob("*.xls[xm]"))
    assert len(paths) > 40
    for path in paths:
        data = path.read_bytes()
        name, header, ours = landed(data)
        assert next(differences(ours, reader(data, name), header), None) is None, path.name
