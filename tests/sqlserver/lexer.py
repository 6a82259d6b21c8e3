"""T-SQL in pieces, as far as the gates need it, and the SQL inside its literals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["comment", "literal", "unicode", "name", "word", "sign"]
_PIECES = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?\*/)"
    r"|(?P<unicode>[nN]'(?:[^']|'')*')"
    r"|(?P<literal>'(?:[^']|'')*')"
    r"|(?P<name>\[(?:[^\]]|\]\])*\]|\"(?:[^\"]|\"\")*\")"
    r"|(?P<word>[@#$\w]+)"
    r"|(?P<sign>[^\s])",
    re.DOTALL,
)
#: What stands before a literal that the server runs as a statement.
_DYNAMIC = re.compile(
    r"\bexec(?:ute)?\s*\(\s*$|\bsp_executesql\s*$|describe_first_result_set\s*\(\s*$|@tsql\s*=\s*$"
    r"|skip_check_body\s+nvarchar\s*\(\s*max\s*\)\s*=\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a statement; ``text`` of a literal or quoted name is what it says."""

    kind: Kind
    text: str
    start: int


@lru_cache(maxsize=4096)
def pieces(sql: str) -> list[Piece]:
    """``sql`` without comments and blanks."""
    found = []
    for match in _PIECES.finditer(sql):
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        text = match[0]
        if kind == "unicode":
            text = text[2:-1].replace("''", "'")
        elif kind == "literal":
            text = text[1:-1].replace("''", "'")
        elif kind == "name":
            text = text[1:-1].replace(text[-1] * 2, text[-1])
        if kind != "comment":
            found.append(Piece(kind, text, match.start()))
    return found


def batches(sql: str) -> Iterator[tuple[str, Kind | None]]:
    """``sql`` and every statement inside it, each with the kind of literal that it stood in (None: in none)."""
    waiting: list[tuple[str, Kind | None]] = [(sql, None)]
    while waiting:
        text, kind = waiting.pop()
        yield text, kind
        for piece in pieces(text):
            if piece.kind in {"literal", "unicode"} and _DYNAMIC.search(text[max(piece.start - 80, 0) : piece.start]):
                waiting.append((piece.text, piece.kind))
