"""Names that may have been meant. Pure."""

from __future__ import annotations

import difflib
import urllib.parse
from collections.abc import Sequence

_SHOWN = 5


def listed(names: Sequence[str]) -> str:
    """The first few of ``names`` in quotes, and how many more there are."""
    shown = ", ".join(f"'{name}'" for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else shown


def likest_first(wanted: str, names: Sequence[str]) -> list[str]:
    """``names``, those first that ``wanted`` may have meant: other case, percent signs, a slip, a part of it."""
    plain = _plain(wanted)

    def likeness(name: str) -> float:
        other = _plain(name)
        if plain == other:
            return 3.0
        if plain and (other.startswith(plain) or plain.startswith(other)):
            return 2.0
        return difflib.SequenceMatcher(None, plain, other).ratio()

    return sorted(names, key=likeness, reverse=True)


def _plain(text: str) -> str:
    return urllib.parse.unquote(text).strip("/ ").casefold()
