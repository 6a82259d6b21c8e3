"""Cells of .xlsx, in every type and spelling, with what they say by ECMA-376 part 1, 18.3.1 and 18.18.11."""

from __future__ import annotations

from tests.loader.corpus.lists import Corpus, orders
from tests.loader.corpus.parts import header, inline, order, parts_of, sheet_of

CORPUS = Corpus()
lands, cell, bad_cell = CORPUS.lands, CORPUS.cell, CORPUS.bad_cell

# --- numbers (the lexical space of xsd:double, blanks around it collapsed)
for written, text in (
    ("1", "1"), ("1.0", "1"), ("-0", "0"), ("-17.25", "-17.25"), ("1E3", "1000"), ("1e-7", "0.0000001"), ("+7", "7"),
    ("1e16", "10000000000000000"), ("0.30000000000000004", "0.30000000000000004"), (".5", "0.5"), ("5.", "5"),
    (" 7 ", "7"), ("\n7\n", "7"), ("007", "7"), ("12345678901234567", "12345678901234568"), ("9.5E+2", "950"),
    ("&#52;5", "45"), ("4<!-- x -->5", "45"), ("4<?x y?>5", "45"), ("<![CDATA[45]]>", "45"), ("4<![CDATA[5]]>", "45"),
):  # fmt: skip
    cell(f"number {written!r}", f'<c r="E2"><v>{written}</v></c>', text)
for written in ("1,5", "0x10", "1_000", "1 000", "NaN", "INF", "1E+400", "text", "٣"):
    cell(f"no number {written!r} lands as it stands", f'<c r="E2"><v>{written}</v></c>', written)
for name, written in (
    ("no v", "/>"), ("an empty v", "><v></v></c>"), ("v as one tag", "><v/></c>"), ("blanks", "><v> </v></c>"),
):  # fmt: skip
    for kind in ("", ' t="n"', ' t="s"', ' t="b"', ' t="d"'):
        cell(f"empty cell:{kind} {name}", f'<c r="E2"{kind}{written}', None)
    cell(f"error cell without its text: {name}", f'<c r="E2" t="e"{written}', "#ERROR!")

# --- booleans, dates as texts
for written, text in (("0", "FALSE"), ("1", "TRUE"), ("true", "TRUE"), ("false", "FALSE"), (" 1 ", "TRUE")):
    cell(f"boolean {written!r}", f'<c r="E2" t="b"><v>{written}</v></c>', text)
for written in ("2024-03-06", "2024-03-06T10:11:12", "10:11:12"):
    cell(f"ISO date {written}", f'<c r="E2" t="d"><v>{written}</v></c>', written)

# --- error cells
for code in (
    "#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!",
    "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#PYTHON!", "Err:502", "#BEZUG!", "#N/A N/A",
):  # fmt: skip
    cell(f"error {code}", f'<c r="E2" t="e"><v>{code}</v></c>', code)
SPELLINGS = {
    "single quotes": "<c r='E2' t='{t}'>{f}<v>{v}</v></c>",
    "blanks around =": '<c r = "E2" t\n=\t"{t}" >{f}<v >{v}</v ></c >',
    "type before place": '<c t="{t}" r="E2">{f}<v>{v}</v></c>',
    "no place": '<c t="{t}">{f}<v>{v}</v></c>',
    "place in small letters": '<c r="e2" t="{t}">{f}<v>{v}</v></c>',
    "place with dollars": '<c r="$E$2" t="{t}">{f}<v>{v}</v></c>',
    "line breaks": '<c r="E2" t="{t}">\n  {f}\n  <v>{v}</v>\n</c>',
    "comments": '<c r="E2" t="{t}"><!-- <v>9</v> -->{f}<!----><v>{v}</v></c>',
    "instructions": '<c r="E2" t="{t}"><?x <v>9</v>?>{f}<?y?><v>{v}</v></c>',
    "result before formula": '<c r="E2" t="{t}"><v>{v}</v>{f}</c>',
    "extension in front": '<c r="E2" t="{t}"><extLst><ext uri="x"><v>9</v></ext></extLst>{f}<v>{v}</v></c>',
    "blanks in the result": '<c r="E2" t="{t}">{f}<v> {v}\n</v></c>',
    "attributes of others": '<c r="E2" s="0" cm="1" vm="2" x:t="&quot;s&quot;" t="{t}" xmlns:x="u">{f}<v>{v}</v></c>',
    "> in an attribute": '<c r="E2" t="{t}" x="a>b">{f}<v>{v}</v></c>',
}
for spelling, template in SPELLINGS.items():
    for kind, written, text in (("e", "#N/A", "#N/A"), ("n", "3.5", "3.5"), ("b", "1", "TRUE"), ("s", "1", "second")):
        filled = template.format(t=kind, v=written, f="<f>IF(A1&gt;1,NA(),1)</f>")
        cell(f"{kind} spelled with {spelling}", filled, text, "<si><t>first</t></si><si><t>second</t></si>")
    if spelling != "result before formula":
        bare = template.format(t="n", v="", f="<f>1+1</f>")
        bad_cell(f"formula without result, with {spelling}", bare, "cell E2", "formula without a stored result")
cell("error as a character reference", '<c r="E2" t="e"><v>&#35;N/A</v></c>', "#N/A")
cell("error in CDATA", '<c r="E2" t="e"><v><![CDATA[#N/A]]></v></c>', "#N/A")
cell("formula in CDATA", '<c r="E2" t="e"><f><![CDATA[IF(A1<2,NA(),1)]]></f><v>#N/A</v></c>', "#N/A")

# --- formulas
for kind in ("", ' t="n"', ' t="b"', ' t="e"', ' t="s"', ' t="d"', ' t="str"', ' t="inlineStr"'):
    bad_cell(f"formula without result, type{kind}", f'<c r="E2"{kind}><f>1+1</f></c>')
for kind in ("", ' t="n"', ' t="b"', ' t="e"', ' t="s"'):
    bad_cell(f"formula with an empty result, type{kind}", f'<c r="E2"{kind}><f>1+1</f><v/></c>')
bad_cell("follower of a shared formula without result", '<c r="E2"><f t="shared" si="0"/></c>')
bad_cell("array formula without result", '<c r="E2"><f t="array" ref="E2:E3">A2:A3</f></c>')
cell("formula whose result is an empty text", '<c r="E2" t="str"><f>""</f><v></v></c>', None)
cell("formula whose result is a text", '<c r="E2" t="str"><f>A1&amp;B1</f><v>a &amp; b</v></c>', "a & b")
cell("result of a formula kept in place", '<c r="E2" t="inlineStr"><f aca="false">A2</f><v>text</v></c>', "text")

# --- texts
PAIR = "<si><t>first</t></si><si><t>second</t></si>"
for written in ("1", " 1 ", "\n1\n", "1.0", "01", "<![CDATA[1]]>"):
    cell(f"shared text {written!r}", f'<c r="E2" t="s"><v>{written}</v></c>', "second", PAIR)
for written in ("2", "7", "-1", "abc", "1.5", "1e0", "99999999999999999999"):
    bad_cell(f"shared text {written!r} is not there", f'<c r="E2" t="s"><v>{written}</v></c>', "E2", strings=PAIR)
bad_cell("shared text without any", '<c r="E2" t="s"><v>0</v></c>')
EMPTY_ITEMS = (
    "<si/>",
    "<si></si>",
    "<si><t/></si>",
    "<si><r><t/></r></si>",
    '<si><rPh sb="0" eb="1"><t>x</t></rPh></si>',
)
for item in EMPTY_ITEMS:
    cell(f"second text behind {item}", '<c r="E2" t="s"><v>1</v></c>', "second", f"{item}<si><t>second</t></si>")
    cell(f"text of {item}", '<c r="E2" t="s"><v>0</v></c>', None, item)
PRESERVE = ' xml:space="preserve"'
for content, text in (
    ("<t>plain</t>", "plain"), ("<t>  a  b </t>", "a  b"), (f"<t{PRESERVE}>  a  b </t>", "  a  b "),
    (f"<t{PRESERVE}>   </t>", "   "), (f"<r><t>a</t></r><r><t{PRESERVE}> </t></r><r><t>b</t></r>", "a b"),
    (f"<r><rPr><b/><sz val='9'/></rPr><t{PRESERVE}>a </t></r><r><t>b</t></r>", "a b"),
    ('<r><t>東京</t></r><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/>', "東京"),
    ("<t>x<![CDATA[ < & ]]>y</t>", "x < & y"), ("<t>ab<!-- no -->cd</t>", "abcd"), ("<t>ab<?p q?>cd</t>", "abcd"),
    ("<t>a&#10;b&#x41;&amp;&#160;c&#128512;</t>", "a\nbA&\u00a0c\U0001f600"), ("<t>a\r\nb\rc</t>", "a\nb\nc"),
    ("<t>a_x000D_\nb</t>", "a\r\nb"), ("<t>a_x005F_x000D_b</t>", "a_x000D_b"), ("<t>a_x00e9_b</t>", "aéb"),
    ("<t>_xD83D__xDE00_</t>", "\U0001f600"), ("<t>a_xD83D_b</t>", "a_xD83D_b"),
    ("<t>a_x12G4_b_x1_</t>", "a_x12G4_b_x1_"),
    (f"<t{PRESERVE}>\u00a0a\u2003</t>", "\u00a0a\u2003"), ("<t>\u00a0a\u2003</t>", "\u00a0a\u2003"),
    ("<t>=1+1</t>", "=1+1"), ("<t>007</t>", "007"), ("<t>TRUE</t>", "TRUE"), ("<t>#N/A</t>", "#N/A"),
    ("<t>a]]b&gt;&lt;&quot;&apos;</t>", "a]]b><\"'"), (f"<t>{'é' * 32_767}</t>", "é" * 32_767),
):  # fmt: skip
    cell(f"shared text {content[:50]}", '<c r="E2" t="s"><v>0</v></c>', text, f"<si>{content}</si>")
    cell(f"text in place {content[:50]}", f'<c r="E2" t="inlineStr"><is>{content}</is></c>', text)
cell("text in place, and an empty v", '<c r="E2" t="inlineStr"><is><t>text</t></is><v/></c>', "text")
cell("text in place, and an extension", '<c r="E2" t="inlineStr"><is><t>a</t></is><extLst><t>b</t></extLst></c>', "a")
cell("text in place, in v", '<c r="E2" t="inlineStr"><v>text</v></c>', "text")
cell("text in place, without is", '<c r="E2" t="inlineStr"><t>text</t></c>', "text")
cell("text of a formula, in is", '<c r="E2" t="str"><is><t>text</t></is></c>', "text")
cell("text of a formula, with blanks", '<c r="E2" t="str"><v>  a  </v></c>', "  a  ")
cell("text of a formula, in CDATA", '<c r="E2" t="str"><v><![CDATA[a<b]]></v></c>', "a<b")
cell("text of a formula, escaped", '<c r="E2" t="str"><v>a_x000D_b</v></c>', "a\rb")

# --- two cells in one place: the later counts, but for one without a value
for written in ('t="s"><v>0</v></c>', 't="str"><v></v></c>', 't="inlineStr"><is><t/></is></c>'):
    cell(f"an empty text behind a number: {written}", f'<c r="E2"><v>1</v></c><c r="E2" {written}', None, "<si/>")
cell("a format behind a number", '<c r="E2"><v>1</v></c><c r="E2" s="0"/>', "1")
cell("a text behind a number", '<c r="E2"><v>1</v></c><c r="E2" t="str"><v>x</v></c>', "x")

# --- headers are cells like any others
TYPED = (
    ('<c r="E1"><v>32</v></c>', "32"), ('<c r="E1"><v>34.0</v></c>', "34"), ('<c r="E1"><v>10.5</v></c>', "10.5"),
    ('<c r="E1"><v>1e16</v></c>', "10000000000000000"), ('<c r="E1" t="b"><v>1</v></c>', "TRUE"),
    ('<c r="E1" s="1"><v>45357</v></c>', "2024-03-06"), ('<c r="E1" s="2"><v>0.5</v></c>', "12:00:00"),
    ('<c r="E1" t="e"><v>#REF!</v></c>', "#REF!"), ('<c r="E1" t="str"><f>A1</f><v>XXL</v></c>', "XXL"),
)  # fmt: skip
for written, column in TYPED:
    lands(
        f"header {written}",
        lambda written=written: parts_of(sheet_of(header(written) + order(2, inline("E2", "x"))), formats=(14, 21)),
        orders(2) | {column: ["x"]},
    )
