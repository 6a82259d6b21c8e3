"""Texts in a workbook's XML: shared strings, runs, escapes. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from loader.formats.package import Package
from loader.formats.xml import LOCAL, parse

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATES = re.compile("[\ud800-\udfff]")
_BLANKS = " \t\r\n"


def strings_of(package: Package, part: str | None) -> Sequence[str]:
    """The shared strings, by their index; none where the workbook has no such part."""
    found: list[str] = []
    if part is None:
        return found
    text = RichText()

    def start(name: str, attributes: dict[str, str]) -> None:
        if LOCAL[name] == "si":
            text.clear()
        text.start(name, attributes)

    def end(name: str) -> None:
        text.end(name)
        if LOCAL[name] == "si":
            found.append(text.value)

    parse(package.pieces(part), part, start=start, end=end, text=text.add)
    return found


def unescape(text: str) -> str:
    """``_x000D_`` and its like as the characters they stand for (ECMA-376 part 1, 22.9.2.19).

    Two halves of a surrogate pair become one character; half of one stays as it is written.
    """
    if "_x" not in text:
        return text
    plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if not _SURROGATES.search(plain):
        return plain
    paired = plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return _SURROGATES.sub(lambda match: f"_x{ord(match[0]):04X}_", paired)


class RichText:
    """The text of ``<si>`` or ``<is>``: of all its runs, but not of the phonetic hints. Fed by an XML parser."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._piece: list[str] | None = None
        self._hints = 0
        self._preserved = [False]

    def clear(self) -> None:
        """The next text begins."""
        self._pieces.clear()

    @property
    def value(self) -> str:
        """The text so far."""
        return unescape("".join(self._pieces))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        space = attributes.get("xml:space")
        self._preserved.append(self._preserved[-1] if space is None else space == "preserve")
        name = LOCAL[name]
        if name == "rPh":
            self._hints += 1
        elif name == "t" and not self._hints:
            self._piece = []

    def end(self, name: str) -> None:
        """An element ends."""
        preserved, name = self._preserved.pop(), LOCAL[name]
        if name == "rPh":
            self._hints -= 1
        elif name == "t" and self._piece is not None:
            piece = "".join(self._piece)
            self._pieces.append(piece if preserved else piece.strip(_BLANKS))
            self._piece = None

    def add(self, text: str) -> None:
        """Text between two of them."""
        if self._piece is not None:
            self._piece.append(text)
