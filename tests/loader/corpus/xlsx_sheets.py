"""Which sheet of an .xlsx is read, and where its cells may stand: ECMA-376 part 1, 18.2.19 and 18.3.1."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tests.loader.corpus.lists import Corpus, orders
from tests.loader.corpus.parts import (
    BOOK,
    RELATIONS,
    Parts,
    book_of,
    changed,
    header,
    inline,
    order,
    parts_of,
    relation,
    sheet_of,
)
from tests.loader.corpus.xlsx_files import swapped, whole

CORPUS = Corpus()
lands, refused = CORPUS.lands, CORPUS.refused


# --- sheets
def _sheets(*sheets: tuple[str, str], more: str = "", states: Sequence[str] = ()) -> Callable[[], Parts]:
    """A workbook of sheets: names and rows; ``more`` stands among them."""

    def build() -> Parts:
        parts = parts_of("")
        tabs, targets = "", ""
        for number, (name, rows) in enumerate(sheets, 1):
            state = f' state="{states[number - 1]}"' if states and states[number - 1] else ""
            tabs += f'<sheet name="{name}" sheetId="{number}"{state} r:id="s{number}"/>'
            targets += relation(f"s{number}", "worksheet", f"worksheets/sheet{number}.xml")
            parts[f"xl/worksheets/sheet{number}.xml"] = sheet_of(rows)
        parts[BOOK] = book_of(more + tabs)
        return changed(parts, {RELATIONS: swapped("</Relationships>", f"{targets}</Relationships>")})

    return build


_LIST, _OTHER, _LATER = header() + order(2), '<row r="1"><c r="A1"><v>1</v></c></row>', header() + order(3)
lands("MASTER behind others", _sheets(("A", _OTHER), ("MASTER", _LIST)))
lands("MASTER before 'MASTER '", _sheets(("MASTER ", _LATER), ("MASTER", _LIST)))
lands("'master ' where no other is", _sheets(("A", _OTHER), ("master ", _LIST)), sheet="master ")
lands("MASTER with a hard blank", _sheets(("A", _LATER), ("MASTER\u00a0", _LIST)), sheet="MASTER\u00a0")
lands("an empty MASTER", _sheets(("MASTER", ""), ("Orders", _LIST)), sheet="Orders")
lands("a hidden list in front", _sheets(("Old", _LATER), ("New", _LIST), states=("hidden", "")), sheet="New")
lands("a veryHidden list in front", _sheets(("Old", _LATER), ("New", _LIST), states=("veryHidden", "")), sheet="New")
lands("a state that nobody knows", _sheets(("New", _LIST), states=("show",)), sheet="New")
lands("a cover sheet in front", _sheets(("Cover", _OTHER), ("Orders", _LIST)), sheet="Orders")
lands("an empty sheet in front", _sheets(("Sheet1", ""), ("Orders", _LIST)), sheet="Orders")
lands("a name with entities", _sheets(("R&amp;D &lt;1&gt;", _LIST)), sheet="R&D <1>")
refused("only covers", _sheets(("Cover", _OTHER), ("Notes", _OTHER)), "Cover", "Notes", "AAG ORDER NUMBER")
refused("only a hidden list", _sheets(("Cover", _OTHER), ("Old", _LIST), states=("", "hidden")), "Hidden", "Old")
for tab in (
    '<sheet name="Gone" sheetId="90" r:id="rId77"/>', '<sheet name="Macro" sheetId="91" state="veryHidden" r:id=""/>',
    '<sheet name="Styles" sheetId="92" r:id="rId2"/>', '<sheet name="Bare" sheetId="93"/>',
):  # fmt: skip
    lands(f"in front: {tab}", _sheets(("MASTER", _LIST), more=tab))
for kind in ("chartsheet", "dialogsheet", "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"):
    lands(
        f"in front: a {kind.rpartition('/')[2]} of the name MASTER",
        lambda kind=kind: {
            **changed(
                _sheets(("MASTER", _LIST), more='<sheet name="MASTER" sheetId="9" r:id="rId9"/>')(),
                {RELATIONS: swapped("</Relationships>", relation("rId9", kind, "other.xml") + "</Relationships>")},
            ),
            "xl/other.xml": "<other",
        },
    )
refused("no sheets", lambda: changed(whole(), {BOOK: lambda t: re.sub("<sheet .*?/>", "", t)}), "no sheet")

# --- cells far away: what is formatted only does no harm; what holds a value is refused before its area is built
_FAR = {
    "in order": '<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>',
    "in single quotes": "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
    "in small letters": '<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>',
    "in another row": '<row r="3"><c r="XFD1048576"><v>1</v></c></row>',
    "in a row without number": '<row><c r="XFD1048576"><v>1</v></c></row>',
    "to the right": '<row r="3"><c r="AMF3"><v>1</v></c></row>',
    "beyond Excel's last column": '<row r="3"><c r="ZZZ3"><v>1</v></c></row>',
    "beyond Excel's last row": '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
}
for name, cells in _FAR.items():
    words = "down to row 1,048,577" if "last row" in name else "column"
    if "ZZ1048576" not in cells:  # a list that ends in Excel's last row lands
        refused(f"a value {name}", lambda c=cells: parts_of(sheet_of(header() + order(2) + c)), "MASTER", words)
    empty = re.sub("<v>1</v>", "", cells)
    lands(f"no value {name}", lambda c=empty: parts_of(sheet_of(header() + order(2) + c)))
_ABOVE = '<row r="9"><c r="A1"><v>1</v></c></row>'
lands("a value above the rest", lambda: parts_of(sheet_of(_ABOVE + header(row=2) + order(3))), orders(3))
lands("rows out of order", lambda: parts_of(sheet_of(order(4) + header() + order(3))), orders(3, 4))
lands("a row in two halves", lambda: parts_of(sheet_of(
    header(inline("E1", "E")) + order(2) + order(3) + '<row r="2"><c r="E2"><v>1</v></c></row>')),
    orders(2, 3) | {"E": ["1", None]})  # fmt: skip
