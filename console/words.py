"""Numbers with their nouns, and lists that end before they are long."""

from __future__ import annotations

from collections.abc import Sequence

_SHOWN = 3


def counted(count: int, one: str, many: str | None = None) -> str:
    """``1 order``, ``2,000 orders``; ``many`` for nouns that take more than an s."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def listed(names: Sequence[object], shown: int = _SHOWN) -> str:
    """``A, B, C and 4 more``."""
    more = f" and {len(names) - shown:,} more" if len(names) > shown else ""
    return f"{', '.join(str(name) for name in names[:shown])}{more}"
