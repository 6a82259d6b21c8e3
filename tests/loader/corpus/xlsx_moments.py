"""Numbers under formats of dates and durations: ECMA-376 part 1, 18.8.30 (ids), 18.8.31 (codes), 18.17.4 (dates)."""

from __future__ import annotations

from tests.loader.corpus.lists import Corpus, orders
from tests.loader.corpus.parts import STYLES, changed, list_of, parts_of, styles_of

CORPUS = Corpus()
lands, cell = CORPUS.lands, CORPUS.cell
_1904 = '<workbookPr date1904="{}"/>'
_DAY, _NOON = "2024-03-06", "2024-03-06T12:00:00"


def number(written: str, text: str, code: int | str, properties: str = "", style: int = 1) -> None:
    """A number under a format."""
    name = f"{written} under {code!r} {properties}{f' in style {style}' if style != 1 else ''}"
    cell(name, f'<c r="E2" s="{style}"><v>{written}</v></c>', text, formats=(code,), properties=properties)


# --- the calendar
for written, text in (
    ("0", "00:00:00"), ("1", "1900-01-01"), ("59", "1900-02-28"), ("60", "60"), ("60.5", "60.5"), ("61", "1900-03-01"),
    ("2958465", "9999-12-31"), ("2958466", "2958466"), ("99999999", "99999999"), ("-1", "-1"), ("-0.5", "-0.5"),
    ("45357", _DAY), ("45357.0", _DAY), ("45357.5", _NOON), ("0.5", "12:00:00"), ("4.5357E4", _DAY),
    ("45357.4242708333", "2024-03-06T10:10:57"), ("1.5", "1900-01-01T12:00:00"),
    ("1E+300", "1" + "0" * 300), ("0.0000115741", "00:00:01"), ("045357", _DAY), ("text", "text"), ("", None),
):  # fmt: skip
    number(written, text, 14)
for written, text in (
    ("0", "0:00:00"), ("0.5", "12:00:00"), ("1", "24:00:00"), ("1.5", "36:00:00"), ("-0.25", "-6:00:00"),
    ("100.0416666666667", "2401:00:00"), ("45357", "1088568:00:00"), ("1.9999999999", "48:00:00"),
    ("1e300", "1" + "0" * 300),
):  # fmt: skip
    number(written, text, 46)
    number(written, text, "[h]:mm:ss")
for written, text in (("43895", _DAY), ("43895.5", _NOON), ("1", "1904-01-02"), ("60", "1904-03-01"), ("-1", "-1"),
                      ("0", "00:00:00"), ("2957003", "9999-12-31"), ("2957004", "2957004")):  # fmt: skip
    number(written, text, 14, _1904.format("1"))
number("43895", _DAY, 14, _1904.format("true"))
number("43895", "2020-03-05", 14, _1904.format("0"))
number("43895", _DAY, 14, "<workbookPr date1904='1' codeName='x'/>")
number("1.5", "36:00:00", 46, _1904.format("1"))

# --- built-in ids; those of East Asia are dates as long as the file says nothing else of them
for id_ in (14, 15, 16, 17, 22, 27, 28, 30, 31, 36, 50, 57, 58):
    number("45357", _DAY, id_)
for id_ in (18, 19, 20, 21, 45, 47):
    number("0.5", "12:00:00", id_)
for id_ in (0, 1, 2, 3, 4, 9, 10, 11, 12, 13, 37, 38, 39, 40, 41, 44, 48, 49):
    number("45357", "45357", id_)
for id_ in (14, 27, 30, 36, 50, 52, 58, 164):
    styles = styles_of("0.00").replace('numFmtId="164"', f'numFmtId="{id_}"')
    lands(
        f"own number format under id {id_}",
        lambda styles=styles: changed(parts_of(list_of('<c r="E2" s="1"><v>17</v></c>')), {STYLES: lambda _: styles}),
        orders(2) | {"E": ["17"]},
    )

# --- codes of the file's own
for code in (
    "yyyy-mm-dd", "dd/mm/yyyy;@", "[$-409]d-mmm-yy;@", r"[$-F800]dddd\,\ mmmm\ dd\,\ yyyy", 'yyyy"年"m"月"d"日"',
    "[DBNum1][$-804]yyyy", "d", "mmm", "YYYY\\-MM", "m/d/yy h:mm AM/PM", "[Red]dd.mm.yy", "dd.mm.yy;0",
    "[>40000]yyyy;0",
    "yyyy.mm.dd hh:mm:ss.000", '"Due: "dd mmm', "dd\\.mm", "_-dd/mm_-", "[$-C09]dddd, d mmmm yyyy;@",
):  # fmt: skip
    number("45357", _DAY, code)
for code in (
    "General", "GENERAL;[Red]-GENERAL", '0" days"', "0\\d", '#,##0" pcs"', "#,##0_d", "[Red]#,##0", '"Qty:" 0',
    "0.00E+00",
    "# ?/?", "00000", "0.0%", "_-* #,##0.00_-;-* #,##0.00_-", '[>=1000]#,##0,"K";0', "#,##0 [$Kč-405]",
    "#,##0\\ [$DKK]", "@", ";;;", "0;0;;@", '"SKU "General', "[Color10]0", "[Yellow]0", "[$S/-280A] #,##0.00", "*d0",
    '"d"0',
    '"yyyy"', "\\d\\m\\y", '[=1]"yes";[=0]"no";0', "0;[Red]dd", "0,\"M\"", '"dmy',
):  # fmt: skip
    number("45357", "45357", code)
for code, written, text in (("[h]:mm", "1.5", "36:00:00"), ("[mm]:ss", "1.5", "36:00:00"), ("[s]", "0.5", "12:00:00"),
                            ('[hh]"h"mm', "1.25", "30:00:00"), ("[HH]:MM", "2", "48:00:00")):  # fmt: skip
    number(written, text, code)

# --- which style
number("45357", "45357", 14, style=0)
number("45357", "45357", 14, style=99)
for style in ("x", "", "-1", "1.0"):
    cell(f"style {style!r} is none", f'<c r="E2" s="{style}"><v>45357</v></c>', "45357", formats=(14,))
cell("text under a date format", '<c r="E2" t="str" s="1"><v>45357</v></c>', "45357", formats=(14,))
cell("boolean under a date format", '<c r="E2" t="b" s="1"><v>1</v></c>', "TRUE", formats=(14,))
cell("error under a date format", '<c r="E2" s="1" t="e"><v>#N/A</v></c>', "#N/A", formats=(14,))
cell("result of a formula under a date format", '<c r="E2" s="1"><f>TODAY()</f><v>45357</v></c>', _DAY, formats=(14,))
