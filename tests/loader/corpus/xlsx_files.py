"""Archives, parts and sheets of .xlsx: ECMA-376 part 2, and part 1, 18.2; and what writers make of it."""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
from collections.abc import Callable

from tests.loader.corpus.lists import Corpus, orders
from tests.loader.corpus.parts import (
    BOOK,
    HEAD,
    MAIN,
    OFFICE,
    RELATIONS,
    ROOT,
    SHEET,
    STRICT_MAIN,
    STRICT_OFFICE,
    STRINGS,
    STYLES,
    TYPES,
    Parts,
    changed,
    header,
    inline,
    list_of,
    order,
    pack,
    parts_of,
    renamed,
    sheet_of,
)  # fmt: skip

CORPUS = Corpus()
lands, refused = CORPUS.lands, CORPUS.refused
_ODD = '<c r="E2" t="e"><v>#N/A</v></c><c r="F2" t="s"><v>0</v></c><c r="G2" s="1"><v>45357</v></c>'
_WHOLE = sheet_of(header(inline("E1", "E") + inline("F1", "F") + inline("G1", "G")) + order(2, _ODD))
#: What every variant of the whole workbook lands as: an error, a shared text and a date need three parts.
WHOLE = orders(2) | {"E": ["#N/A"], "F": ["shared é"], "G": ["2024-03-06"]}


def whole() -> Parts:
    """A workbook that needs every part."""
    return parts_of(_WHOLE, formats=(14,), strings="<si><t>shared é</t></si>")


def variant(name: str, build: Callable[[Parts], Parts | bytes]) -> None:
    """The whole workbook in another shape, in which nothing may be lost."""
    lands(name, lambda: build(whole()), WHOLE)


def rewritten(name: str, *parts: str, change: Callable[[str], str | bytes]) -> None:
    """The whole workbook with some parts rewritten."""
    variant(name, lambda all_parts: changed(all_parts, dict.fromkeys(parts, change)))


def swapped(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


# --- names of parts
variant("names with backslashes", lambda p: renamed(p, swapped("/", "\\")))
variant("names with a slash in front", lambda p: renamed(p, lambda name: f"/{name}"))
variant("names in capitals", lambda p: renamed(p, str.upper))
for old, new in (
    ("xl/workbook", "xl/Workbook"),
    ("worksheets/", "Worksheets/"),
    ("xl/s", "xl/S"),
    ("sheet1", "Sheet1"),
):
    variant(f"{new} in the archive", lambda p, old=old, new=new: renamed(p, swapped(old, new)))
rewritten("targets with backslashes", RELATIONS, ROOT, change=lambda t: re.sub(r"(\w)/(\w+\.xml\")", r"\1\\\2", t))
rewritten("targets from the top", RELATIONS, change=swapped('Target="', 'Target="/xl/'))
rewritten("targets ./", RELATIONS, ROOT, change=swapped('Target="', 'Target="./'))
rewritten("targets ../xl/", RELATIONS, change=swapped('Target="', 'Target="../xl/'))
rewritten("targets that name the folder again", RELATIONS, change=swapped('Target="', 'Target="xl/'))
variant(
    "a target with percent signs",
    lambda p: renamed(
        changed(p, {RELATIONS: swapped("sheet1.xml", "sheet%201.xml")}), swapped("sheet1.xml", "sheet 1.xml")
    ),
)
variant(
    "a part with percent signs",
    lambda p: renamed(changed(p, {RELATIONS: swapped("sheet1.xml", "a%25.xml")}), swapped("sheet1.xml", "a%25.xml")),
)
variant("all parts in the root", lambda p: renamed(changed(p, {ROOT: swapped("xl/", "")}), swapped("xl/", "")))
variant(
    "a workbook part of another name",
    lambda p: renamed(
        changed(p, {ROOT: swapped("workbook.xml", "b.xml"), TYPES: swapped("workbook.xml", "b.xml")}),
        swapped("workbook.xml", "b.xml"),
    ),
)
variant(
    "other names of the other parts",
    lambda p: renamed(
        changed(p, {RELATIONS: lambda t: t.replace("styles.xml", "x.XML").replace("sharedStrings.xml", "t")}),
        lambda name: name.replace("styles.xml", "x.XML").replace("sharedStrings.xml", "t"),
    ),
)
rewritten("relations with a prefix", RELATIONS, ROOT, change=lambda t: _prefixed(t, "ns0"))
variant("without the list of types", lambda p: {k: v for k, v in p.items() if k != TYPES})
variant("without the root's relations", lambda p: {k: v for k, v in p.items() if k != ROOT})
lands("without styles", lambda: {k: v for k, v in parts_of(sheet_of(header() + order(2))).items() if k != STYLES})


# --- XML
def _prefixed(text: str, prefix: str) -> str:
    text = re.sub(r"<(/?)([A-Za-z])", rf"<\1{prefix}:\2", text)
    return re.sub(r'xmlns="', f'xmlns:{prefix}="', text, count=1)


_XML = (SHEET, BOOK, STYLES, STRINGS, RELATIONS, ROOT, TYPES)
for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
    rewritten(
        f"all parts in {encoding}", *_XML,
        change=lambda t, m=mark, e=encoding: m + t.replace("UTF-8", "UTF-16").encode(e),
    )  # fmt: skip
rewritten("all parts with a mark of UTF-8", *_XML, change=lambda t: "\ufeff" + t)
for encoding in ("iso-8859-1", "windows-1252", "us-ascii"):
    rewritten(
        f"texts in {encoding}", STRINGS, SHEET, STYLES,
        change=lambda t, e=encoding: t.replace("UTF-8", e).encode(e, "xmlcharrefreplace"),
    )  # fmt: skip
    lands(
        f"texts of UTF-8 that are declared as {encoding}",
        lambda e=encoding: changed(
            parts_of(list_of('<c r="E2" t="s"><v>0</v></c>'), strings="<si><t>cafÃ©</t></si>"),
            {STRINGS: lambda t: t.replace("UTF-8", e).encode(e, "xmlcharrefreplace")},
        ),
        orders(2) | {"E": ["cafÃ©"]},
    )
rewritten("no declaration", *_XML, change=swapped(HEAD, ""))
rewritten("an empty line in front", *_XML, change=lambda t: "\n" + t)
rewritten("two empty lines in front", *_XML, change=lambda t: "\r\n\r\n" + t)
rewritten("a mark of UTF-8 and an empty line", *_XML, change=lambda t: "\ufeff\n" + t)
rewritten("comments around", *_XML, change=lambda t: t.replace(HEAD, HEAD + "<!-- <sheetData> -->") + "<!-- x -->\n")
rewritten("an old declaration in single quotes", *_XML, change=swapped(HEAD, "<?xml version='1.0'?>"))
for prefix in ("x", "a-b.c", "é"):
    rewritten(f"prefix {prefix}", SHEET, STYLES, STRINGS, change=lambda t, p=prefix: _prefixed(t, p))
rewritten("prefix in the workbook", BOOK, change=lambda t: _prefixed(t, "x"))
rewritten("the strict namespaces", *_XML, change=lambda t: t.replace(MAIN, STRICT_MAIN).replace(OFFICE, STRICT_OFFICE))
rewritten(
    "another prefix of relations", BOOK, change=lambda t: t.replace("xmlns:r=", "xmlns:q=").replace("r:id", "q:id")
)
rewritten("line breaks between all elements", *_XML, change=lambda t: re.sub(r">(?=<[^/])", ">\r\n  ", t))
rewritten("attributes of the root on lines", SHEET, change=swapped("<worksheet ", "<worksheet\n  xml:base='a>b'\n  "))
for area in ("A1", "A1:XFD1048576", "", "A:D", "1:4", "nonsense", "B7:C2"):
    rewritten(f"dimension {area!r}", SHEET, change=swapped("<sheetData>", f'<dimension ref="{area}"/><sheetData>'))
_CHOICE = "<mc:AlternateContent xmlns:mc='m'><mc:Choice Requires='x14'><sheetPr/></mc:Choice></mc:AlternateContent>"
rewritten("alternate content in front", SHEET, change=swapped("<sheetData>", f"{_CHOICE}<sheetData>"))
rewritten(
    "rows in a comment before the rows", SHEET,
    change=swapped("<sheetData>", f"<!-- <sheetData>{header()}{order(9)}</sheetData> --><sheetData>"),
)  # fmt: skip
rewritten(
    "rows in a comment behind the rows", SHEET,
    change=swapped("</sheetData>", f"</sheetData><!-- <sheetData>{order(9)}</sheetData> -->"),
)  # fmt: skip
for name in (SHEET, STRINGS, STYLES, BOOK, RELATIONS, ROOT):
    refused(f"a document type in {name}", lambda name=name: changed(
        whole(), {name: swapped(HEAD, HEAD + '<!DOCTYPE x [<!ENTITY a "b">]>')}), name, "document type")  # fmt: skip
    refused(f"{name} is cut off", lambda name=name: changed(whole(), {name: lambda t: t[:-20]}), name, "damaged")
    refused(f"unknown encoding in {name}", lambda name=name: changed(
        whole(), {name: swapped("UTF-8", "martian")}), name, "unknown encoding")  # fmt: skip


# --- archives
def _packed(p: Parts, write: Callable[[zipfile.ZipFile], None]) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        write(archive)
        for name, content in p.items():
            archive.writestr(name, content)
    return buffer.getvalue()


class _Stream(io.RawIOBase):
    """Takes an archive that is streamed: sizes stand behind the parts."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.data += data
        return len(data)


def _streamed(p: Parts) -> bytes:
    stream = _Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in p.items():
            archive.writestr(name, content)
    return bytes(stream.data)


def _in_zip64(p: Parts) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in p.items():
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(content.encode() if isinstance(content, str) else content)
    return buffer.getvalue()


def _commented(data: bytes, size: int) -> bytes:
    end = data.rfind(b"PK\x05\x06")
    return data[: end + 20] + struct.pack("<H", size) + b"x" * size


variant("streamed", _streamed)
variant("zip64", _in_zip64)
for method in (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
    variant(f"packed by method {method}", lambda p, m=method: pack(p, m))
variant("entries of folders", lambda p: _packed(p, lambda z: [z.writestr(f, b"") for f in ("xl/", "xl/", "_rels/")]))
variant("another part twice", lambda p: _packed(p, lambda z: [z.writestr("docProps/app.xml", b"<") for _ in range(2)]))
variant("bytes in front", lambda p: b"#!/bin/x\n" + pack(p))
variant("the mark of a split archive in front", lambda p: b"PK\x07\x08" + pack(p))
variant("a line break behind", lambda p: pack(p) + b"\r\n")
variant("1 KiB of zeros behind", lambda p: pack(p) + bytes(1024))
variant("70 KiB of zeros behind", lambda p: pack(p) + bytes(70_000))
variant("a long comment", lambda p: _commented(pack(p), 60_000))
refused("the sheet twice", lambda: _packed(whole(), lambda z: z.writestr(SHEET, _WHOLE)), SHEET, "twice")
refused("cut in the middle", lambda: pack(whole())[:900], "truncated")
refused("a text file", lambda: b"AAG ORDER NUMBER,CUSTOMER NAME\n", "plain text")
refused("only an archive", lambda: {"a.txt": "x"}, "archive without a workbook")

# --- parts that nobody needs
for name, content in (
    ("customXml/item1.xml", '<?xml version="1.0" encoding="utf-16"?><DataMashup/>'.encode("utf-16")),
    ("customXml/item1.xml", b"<!DOCTYPE html><html/>"), ("docProps/core.xml", b"<not xml"), ("xl/calcChain.xml", b""),
    ("xl/theme/theme1.xml", b"\0\xff"), ("xl/media/note.xml", b"<!DOCTYPE html>"), ("xl/comments1.xml", b"<x>"),
    ("xl/worksheets/_rels/sheet1.xml.rels", b"<damaged"), ("xl/worksheets/sheet9.xml", b"<!DOCTYPE x>"),
):  # fmt: skip
    variant(f"{name} is {content[:12]!r}", lambda p, n=name, c=content: {**p, n: c})
