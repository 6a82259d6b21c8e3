"""What a source of workbooks can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a source that may be a workbook.

    Args:
        path: finds it there, whatever its name is made of.
        file: its name alone, as text that every output and database takes.
        etag: changes when its content does.
        fault: why it can be no workbook whatever it holds (a folder, a pipe, a link to nothing), and what to do.
    """

    path: str
    file: str
    etag: str
    size: int
    fault: tuple[str, str] | None = None


class Source(Protocol):
    """A place with workbooks. Small and picklable: it goes to the worker processes, which read by themselves."""

    @property
    def label(self) -> str:
        """What people call it, and the log: the whole path of a folder, or ``az://container/prefix``."""

    def entries(self) -> list[Entry]:
        """All files, sorted by path.

        Raises:
            SourceError: it does not exist or cannot be reached.
        """

    def read(self, entry: Entry) -> bytes:
        """The bytes of one file, as they were when ``entry`` was listed.

        Raises:
            RejectedError: it can never be read.
            RetryableReadError: it vanished, changed, or did not arrive whole.
        """

    def around(self) -> str:
        """For who finds no workbook: a sentence on what else there is, here and near; empty if nothing."""
