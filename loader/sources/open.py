"""From the text an operator gives to a source."""

from __future__ import annotations

import os
import re
from pathlib import Path

from loader.errors import SourceError
from loader.sources.base import Source
from loader.sources.folder import Folder

DEFAULT = "data/workbooks"
_BLOB_SCHEME = "az://"
_CONTAINER = re.compile(r"(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*|\$root|\$web")


def open_source(text: str | None, project_dir: Path) -> Source:
    """The source ``text`` names, else ``ORDER_LIST_SOURCE``, else ``data/workbooks`` in the project.

    Raises:
        SourceError: the text names no kind of source that is known.
    """
    text = text or os.environ.get("ORDER_LIST_SOURCE") or str(project_dir / DEFAULT)
    if text.startswith(_BLOB_SCHEME):
        from loader.sources.blob import Container  # noqa: PLC0415 - the SDK is slow to import, and seldom needed

        container, _, prefix = text.removeprefix(_BLOB_SCHEME).partition("/")
        if not container:
            raise SourceError(f"'{text}' names no container.", hint="Write az://container/prefix.")
        if not _CONTAINER.fullmatch(container):
            raise SourceError(
                f"No container can be called '{container}': it takes 3 to 63 small letters, digits and single hyphens.",
                hint="Write az://container/prefix, with the container's name as the portal shows it.",
            )
        return Container(container, prefix)
    if "://" in text:
        raise SourceError(f"'{text}' is no source.", hint="Give a folder, or az://container/prefix.")
    return Folder(Path(text).expanduser())
