"""Numbers with their nouns, and lists that end before they are long."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

_SHOWN = 3
# what a shell takes for more than text between double quotes
_SPECIAL = frozenset('"$`!')
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/-]*")


def counted(count: int, one: str, many: str | None = None) -> str:
    """``1 order``, ``2,000 orders``; ``many`` for nouns that take more than an s."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def listed(names: Sequence[object], shown: int = _SHOWN) -> str:
    """``A, B, C and 4 more``."""
    more = f" and {len(names) - shown:,} more" if len(names) > shown else ""
    return f"{', '.join(str(name) for name in names[:shown])}{more}"


def joined(names: Sequence[str]) -> str:
    """``A``, ``A and B``, ``A, B and C``: all of them."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def shortened(text: str, at_most: int) -> str:
    """``text``, or as much of it as there is room for, with a sign that there is more."""
    return text if len(text) <= at_most else f"{text[: at_most - 1].rstrip()}…"


def argument(text: str) -> str:
    """``text`` as one argument of a command that a person copies into a shell, and nothing that the shell would run.

    Without quotes where none are needed, and double ones where they do, since Windows knows those as well.
    """
    if _PLAIN.fullmatch(text):
        return text
    return shlex.quote(text) if _SPECIAL & set(text) or text.endswith("\\") else f'"{text}"'
