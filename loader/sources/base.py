"""What a source of workbooks can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a source: ``path`` finds it there, ``file`` is its name alone, ``etag`` changes when it does."""

    path: str
    file: str
    etag: str
    size: int


class Source(Protocol):
    """A place with workbooks. Small and picklable: it goes to the worker processes, which read by themselves."""

    def entries(self) -> list[Entry]:
        """All files, sorted by path.

        Raises:
            SourceError: it does not exist or cannot be reached.
        """

    def read(self, entry: Entry) -> bytes:
        """The bytes of one file, as they were when ``entry`` was listed.

        Raises:
            RetryableReadError: it vanished, changed, or did not arrive whole.
        """
