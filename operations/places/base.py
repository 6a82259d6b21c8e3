"""What a place can do. Names are relative, with ``/`` between their parts, whatever the system."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Place(Protocol):
    """Somewhere that files are kept.

    Raises:
        PlaceError: by every method: the place cannot be reached, or refuses.
    """

    @property
    def label(self) -> str:
        """What people call it: the whole path of a folder, or ``az://container/prefix``."""

    def put(self, name: str, file: Path) -> None:
        """Keep a copy of ``file`` under ``name``: whole, or not at all. What was there is replaced."""

    def get(self, name: str, file: Path) -> None:
        """Copy what is kept under ``name`` to ``file``.

        Raises:
            PlaceError: also when nothing is kept under that name.
        """

    def names(self, prefix: str) -> list[str]:
        """The names that begin with ``prefix``, sorted; none where there is no such place yet."""

    def remove(self, name: str) -> None:
        """Forget what is kept under ``name``, if anything is."""

    def device(self) -> str:
        """Tells places apart that fail together: two with the same text lie on one disk, or in one account."""
