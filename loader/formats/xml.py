"""XML, read by expat as it comes. Pure: pieces of bytes in, calls out.

Handlers get names as they are written, for a cell has three and each of a million must be cheap; ``LOCAL[name]`` is the
name without its prefix, which is its writer's affair.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable
from xml.parsers import expat

from loader.errors import RejectedError

Start = Callable[[str, dict[str, str]], None]
_MOST_NAMES = 10_000
_BLANKS = b" \t\r\n"


def parse(
    pieces: Iterable[bytes],
    part: str,
    *,
    start: Start,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Read a part to its end.

    Raises:
        RejectedError: the part declares a document type, or is no well-formed XML.
    """
    parser = XmlParser(part, start=start, end=end, text=text)
    for piece in pieces:
        parser.feed(piece)
    parser.close()


class LocalNames(dict[str, str]):
    """Names without prefixes, by the names as written. There are few."""

    def __missing__(self, name: str) -> str:
        """The local name of one that is new."""
        if len(self) > _MOST_NAMES:
            self.clear()
        local = self[name] = name.rpartition(":")[2]
        return local


#: One for all parts: names are what all have in common.
LOCAL = LocalNames()


class XmlParser:
    """Takes a part piece by piece.

    Raises:
        RejectedError: from :meth:`feed` and :meth:`close`: a document type, or no well-formed XML.
    """

    def __init__(
        self,
        part: str,
        *,
        start: Start,
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        self._part = part
        self._begun = False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = start
        self._parser.EndElementHandler = end
        self._parser.CharacterDataHandler = text
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, piece: bytes) -> None:
        """The next piece."""
        if not self._begun:
            piece = _without_blanks_in_front(piece)
            if not piece:
                return
            self._begun = True
        self._parse(piece, final=False)

    def close(self) -> None:
        """No piece follows."""
        self._parse(b"", final=True)

    def _parse(self, piece: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(piece, final)
        except expat.ExpatError as error:
            raise RejectedError(
                f"The part {self._part} of the file is damaged: line {error.lineno}, column {error.offset + 1}: "
                f"{expat.ErrorString(error.code)}.",
                hint="Open the file in Excel and save it again.",
            ) from error
        except (LookupError, ValueError) as error:  # an encoding that nobody knows
            raise RejectedError(
                f"The part {self._part} of the file is in an unknown encoding ({error}).",
                hint="Open the file in Excel and save it again.",
            ) from error

    def _refuse(self, *_: object) -> None:
        raise RejectedError(
            f"The part {self._part} declares a document type or entities, which no workbook needs (an XML attack?).",
            hint="Do not trust this file; ask its sender, and save it again from Excel.",
        )


def _without_blanks_in_front(piece: bytes) -> bytes:
    """Some writers begin with an empty line, which XML forbids and Excel forgives."""
    if piece.startswith(codecs.BOM_UTF8):
        piece = piece[len(codecs.BOM_UTF8) :]
    return piece.lstrip(_BLANKS)
