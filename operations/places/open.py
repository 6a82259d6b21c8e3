"""From the text in a file or on a command line to a place."""

from __future__ import annotations

import re
from pathlib import Path

from operations.errors import PlaceUnknownError
from operations.places.base import Place
from operations.places.folder import Folder

_SCHEME = "az://"
_CONTAINER = re.compile(r"(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*")


def open_place(text: str, project_dir: Path) -> Place:
    """The place that ``text`` names: a folder (from the project's folder, or ``~``), or ``az://container/prefix``.

    Raises:
        PlaceUnknownError: it names neither.
    """
    if text.startswith(_SCHEME):
        from operations.places.blob import Blobs  # noqa: PLC0415 - the SDK is slow to import, and seldom needed

        container, _, prefix = text.removeprefix(_SCHEME).partition("/")
        if not _CONTAINER.fullmatch(container):
            raise PlaceUnknownError(f"'{text}' names no container.", hint="Write az://container/prefix.")
        return Blobs(container, prefix.strip("/"))
    if "://" in text or not text.strip():
        raise PlaceUnknownError(f"'{text}' is no place.", hint="Give a folder, or az://container/prefix.")
    return Folder(project_dir / Path(text).expanduser())
