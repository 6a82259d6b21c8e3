"""The proof that lets a sheet go the fast way: it never lets one through that the parser reads otherwise."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loader.formats import sheet_chunks
from loader.formats.moments import Moment
from tests.loader.both_ways import Content, difference, outcome
from tests.loader.corpus.parts import MAIN, inline, sheet_of, strings_part

STYLES = (None, Moment.DATE, Moment.DURATION)
TEXTS = strings_part('<si><t>zero</t></si><si><t xml:space="preserve"> one </t></si><si/><si><t>three &amp; é</t></si>')
ROWS = (
    '<row r="1" spans="1:4" ht="15.75" customHeight="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="2" t="s"><v>1</v></c>'
    f'{inline("C1", " kept ")}<c r="D1" t="inlineStr"><is><t>bare</t></is></c></row>'
    '<row r="2"><c r="A2" s="1"><v>45357.5</v></c><c r="B2" s="2"><f>A2*2</f><v>1.25</v></c>'
    '<c r="C2" t="e"><f t="shared" ref="C2:C3" si="0">NA()</f><v>#N/A</v></c><c r="D2" t="b"><v>1</v></c></row>'
    '<row r="4"><c r="A4" t="str"><f xml:space="preserve"> "a"&amp;B1</f><v xml:space="preserve"> a b</v></c>'
    '<c r="B4" s="1" t="n"/><c r="C4"><v>-1.5E-7</v></c>'
    '<c r="E4" t="s"><v>3</v></c></row>\n <row r="5" s="1" customFormat="1"/><row r="6"><c r="B6"><v>12</v></c></row>'
)
SEED = sheet_of(ROWS, before='<dimension ref="A1:E6"/>', after='<pageMargins left="0.7"/>')
#: What mutations are made of: words of the language that the proof is about.
WORDS = (
    *(f' {name}="{value}"' for name, value in (("t", "s"), ("t", "e"), ("t", "n"), ("t", "str"), ("t", "b"), ("s", "1"),
      ("s", "0"), ("r", "A3"), ("r", "B2"), ("cm", "1"), ("ht", "1"), ("si", "0"), ("xml:space", "preserve"))),
    "<v>", "</v>", "<v/>", "<f>", "</f>", "<f/>", "<is>", "</is>", "<t>", "</t>", "</c>", '<c r="A3">', "<c>", "</row>",
    '<row r="3">', "<row>", '<row r="9"/>', "<sheetData>", "</sheetData>", "<sheetData/>", "<!--", "-->", "<![CDATA[",
    "]]>", "<?x ", "?>", "&amp;", "&#10;", "&#x41;", "&", "_x0041_", "_x000D_", "\r", "\n", "\t", " ", '"', "'", ">",
    "<", "/", "=", "0", "9", "60", "-", ".", "E", "e9", "A", "XFE", "ZZZ", "a", "#", "é", "\u00a0", "\ue0001", "\ufffe",
    "x:",    f' xmlns="{MAIN}"', ' encoding="latin-1"', "1.", "00", "\x7f", "\x00", "\u2028",
)  # fmt: skip
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(("insert", "replace", "delete", "copy", "move")),
        st.integers(0, 3_000),
        st.integers(1, 60),
        st.integers(0, 3_000) | st.sampled_from([word.encode() for word in WORDS]) | st.binary(min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=3,
)


def mutated(data: bytes, changes: Sequence[tuple[str, int, int, int | bytes]]) -> bytes:
    for what, place, length, more in changes:
        at = place % (len(data) + 1)
        end = at + (length if what in {"delete", "copy", "move"} else 0)
        to = more % (len(data) + 1) if isinstance(more, int) else at
        word = data[at:end] if what in {"copy", "move"} else b"" if isinstance(more, int) else more
        match what:
            case "insert":
                data = data[:at] + word + data[at:]
            case "replace":
                data = data[:at] + word + data[at + len(word) :]
            case "delete":
                data = data[:at] + data[end:]
            case "copy":
                data = data[:to] + word + data[to:]
            case "move":
                rest = data[:at] + data[end:]
                data = rest[:to] + word + rest[to:]
    return data


def proven_of(data: bytes, strings: str | bytes | None = TEXTS, step: int = 1024**2) -> Content:
    return Content(data, STYLES, strings.encode() if isinstance(strings, str) else strings, step=step)


def test_the_seed_is_proven() -> None:
    """The sheet that is mutated goes the fast way itself, and both ways say the same of it."""
    content = proven_of(SEED.encode())
    assert content.is_proven()
    assert difference(content) is None
    assert outcome(content.proven()) == {
        1: ["zero", " one ", " kept ", "bare"], 2: ["2024-03-06T12:00:00", "30:00:00", "#N/A", "TRUE"],
        4: [" a b", None, "-0.00000015", None, "three & é"], 6: [None, "12"],
    }  # fmt: skip


@given(CHANGES)
@settings(max_examples=250)
def test_no_mutation_of_a_sheet_parts_the_two_ways(changes: Sequence[tuple[str, int, int, int | bytes]]) -> None:
    """Whatever becomes of a sheet's bytes: what is proven is what the parser reads, to the last cell and refusal."""
    assert difference(proven_of(mutated(SEED.encode(), changes))) is None


@given(CHANGES)
@settings(max_examples=100)
def test_no_mutation_of_the_shared_strings_parts_the_two_ways(
    changes: Sequence[tuple[str, int, int, int | bytes]],
) -> None:
    """The same of the part that holds the texts."""
    assert difference(proven_of(SEED.encode(), mutated(TEXTS.encode(), changes))) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("UTF-8", "ISO-8859-1"), ("UTF-8", "windows-1252"), ("UTF-8", "martian"), ("<sheetData>", "<!-- <sheetData>"),
        ("<sheetData>", "<sheetData/><sheetData>"), ("</sheetData>", "</sheetData><sheetData/>"), ("<dim", "<!-- <dim"),
        ("</worksheet>", ""), ("</sheetData>", "</sheetData>&x;"), ("<sheetData>", "<x><sheetData>"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("chunk", [300, 10_000_000])
def test_what_stands_around_the_rows_is_proven_first(
    monkeypatch: pytest.MonkeyPatch, chunk: int, old: str, new: str
) -> None:
    """No row of a large sheet is read before its encoding and its place in the XML are known, nor of a small one."""
    monkeypatch.setattr(sheet_chunks, "_CHUNK", chunk)
    assert old in SEED
    sheet = SEED.replace("bare", "cafÃ©").replace(old, new).encode("latin-1")
    assert difference(proven_of(sheet, step=64)) is None
