# ruff: noqa: DTZ001 - a cell knows no time zone
"""A second reader of .xlsx, by ElementTree and as plain as can be: shares nothing with the loader, and is slow.

Knows packages as Excel writes them. Cells by ECMA-376 part 1, 18.3.1.4; the texts of strings by 18.4 and 22.9.2.19.
"""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from xml.etree import ElementTree as ET

Value = str | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None
#: Values by row and column, from 1.
Grid = dict[tuple[int, int], Value]
_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def read(data: bytes, sheet: str) -> Grid:
    """The values of a sheet."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    root = next(target for kind, target in _relations(archive, "").values() if kind == "officeDocument")
    relations = _relations(archive, root)
    book = _parsed(archive, root)
    part = next(
        relations[next(value for key, value in tab.attrib.items() if _local(key) == "id" or key == "id")][1]
        for tab in book.iter() if _local(tab.tag) == "sheet" and tab.get("name") == sheet
    )  # fmt: skip
    others = {kind: target for kind, target in relations.values() if kind != "worksheet"}
    strings = _strings(_parsed(archive, others["sharedStrings"])) if "sharedStrings" in others else []
    formats = _formats(_parsed(archive, others["styles"])) if others.get("styles") in archive.namelist() else []
    late = any(_local(e.tag) == "workbookPr" and e.get("date1904") in {"1", "true"} for e in book.iter())
    return _cells(_parsed(archive, part), strings, formats, late=late)


def _parsed(archive: zipfile.ZipFile, part: str) -> ET.Element:
    return ET.fromstring(archive.read(part).lstrip(b"\r\n"))  # noqa: S314 - our own workbooks


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    folder, name = posixpath.split(part)
    found = {}
    for element in _parsed(archive, posixpath.join(folder, "_rels", f"{name}.rels")):
        target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/")
        found[element.get("Id", "")] = (posixpath.basename(element.get("Type", "")), target)
    return found


def _strings(root: ET.Element) -> list[str]:
    return [_text(item) for item in root if _local(item.tag) == "si"]


def _text(item: ET.Element) -> str:
    """The text of ``<si>`` or ``<is>``: its own, or that of its runs."""
    pieces = []
    for child in item:
        texts = [child] if _local(child.tag) == "t" else list(child) if _local(child.tag) == "r" else []
        for text in texts:
            if _local(text.tag) == "t":
                content = "".join(text.itertext())
                keep = text.get(_SPACE, child.get(_SPACE, item.get(_SPACE))) == "preserve"
                pieces.append(content if keep else content.strip(" \t\r\n"))
    return _unescaped("".join(pieces))


def _unescaped(text: str) -> str:
    found = re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)
    found = re.sub(
        "[\ud800-\udbff][\udc00-\udfff]", lambda m: m[0].encode("utf-16", "surrogatepass").decode("utf-16"), found
    )
    return re.sub("[\ud800-\udfff]", lambda match: f"_x{ord(match[0]):04X}_", found)


def _formats(root: ET.Element) -> list[str]:
    """``date``, ``duration`` or nothing, for each cell style."""
    codes: dict[str, str] = {}
    for element in root.iter():
        if _local(element.tag) == "numFmt":
            codes[element.get("numFmtId", "")] = element.get("formatCode", "")
    styles = next(element for element in root if _local(element.tag) == "cellXfs")
    return [_kind(style.get("numFmtId", "0"), codes) for style in styles]


def _kind(number: str, codes: Mapping[str, str]) -> str:
    if number not in codes:
        return "duration" if number == "46" else "date" if int(number) in _BUILT_IN_DATES else ""
    kept, code = "", codes[number]
    while code and code[0] != ";":
        first, code = code[0], code[1:]
        if first in '"[':
            inside, _, code = code.partition('"' if first == '"' else "]")
            if first == "[" and inside.lower() in {"h", "hh", "m", "mm", "s", "ss"}:
                return "duration"
        elif first in "\\_*!":
            code = code[1:]
        else:
            kept += first.lower()
    if "general" in kept or re.search("[0#?@]", re.sub(r"s\.0+", "", kept)):
        return ""
    return "date" if set(kept) & set("ymdhs") else ""


def _cells(root: ET.Element, strings: list[str], formats: list[str], *, late: bool) -> Grid:
    grid: Grid = {}
    row = column = 0
    for rows in (element for element in root if _local(element.tag) == "sheetData"):
        for line in rows:
            row, column = int(line.get("r") or row + 1), 0
            for cell in line:
                at_row, column = row, column + 1
                if place := re.fullmatch(r"\$?([A-Za-z]+)\$?(\d+)", cell.get("r") or ""):
                    at_row, column = int(place[2]), 0
                    for letter in place[1].upper():
                        column = column * 26 + ord(letter) - 64
                value = _value(cell, strings, formats, late=late)
                if value is not None:
                    grid[at_row, column] = value
    return {place: value for place, value in grid.items() if value != ""}


def _value(  # noqa: PLR0911 - one return for each kind of cell
    cell: ET.Element, strings: list[str], formats: list[str], *, late: bool
) -> Value:
    kind, children = cell.get("t") or "n", {_local(child.tag): child for child in cell}
    place = children.get("is")
    if place is not None:
        return _text(place)
    if "t" in children:
        return _unescaped(children["t"].text or "")
    if "v" not in children:
        return "#ERROR!" if kind == "e" else None
    raw = "".join(children["v"].itertext())
    text = raw.strip(" \t\r\n")
    match kind:
        case "str" | "inlineStr":
            return _unescaped(raw)
        case "e":
            return text or "#ERROR!"
        case "s":
            return strings[int(float(text))] if text else None
        case "b" if text:
            return text in {"1", "true"}
        case "n" if (
            re.fullmatch(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?", text) and abs(float(text)) < 1.8e308
        ):
            style = cell.get("s", "0")
            form = formats[int(style)] if style.isdecimal() and int(style) < len(formats) else ""
            return _moment(float(text), form, late=late)
    return text


def _moment(number: float, form: str, *, late: bool) -> Value:
    if not form:
        return number
    if form == "duration":
        return dt.timedelta(milliseconds=round(number * 86_400_000)) if abs(number) < 1e9 else number
    first = dt.datetime(1904, 1, 1) if late else dt.datetime(1899, 12, 31)
    last = (dt.datetime(9999, 12, 31) - first).days + (0 if late else 1)
    if not 0 <= number < last + 1 or (not late and 60 <= number < 61):
        return number
    whole = number - 1 if number > 60 and not late else number
    found = first + dt.timedelta(milliseconds=round(whole * 86_400_000))
    return found.time() if number < 1 else found
