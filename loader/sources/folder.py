"""A folder on this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from loader.errors import RetryableReadError, SourceError
from loader.sources.base import Entry


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of one folder; folders inside it are not entered."""

    path: Path

    def entries(self) -> list[Entry]:
        """All files, sorted by name."""
        try:
            with os.scandir(self.path) as found:
                entries = [entry for item in found if (entry := self._listed(item))]
        except FileNotFoundError as error:
            raise SourceError(
                f"The folder {self.path} does not exist.", mend="Give another with --source (or SOURCE= for make)."
            ) from error
        except (NotADirectoryError, PermissionError) as error:
            raise SourceError(
                f"{self.path} cannot be listed: {error.strerror}.", mend="Give a readable folder."
            ) from error
        return sorted(entries, key=lambda entry: entry.path)

    def read(self, entry: Entry) -> bytes:
        """The file's bytes, unless it changed since it was listed or while it was read."""
        path = Path(entry.path)
        try:
            data = path.read_bytes()
            after = self._entry(path, path.stat())
        except FileNotFoundError as error:
            raise RetryableReadError(
                "The file vanished between listing and reading.", mend="Run again once it is back in its place."
            ) from error
        except OSError as error:
            raise RetryableReadError(
                f"The file cannot be read: {error.strerror}.",
                mend="Close it in Excel, or give the loader the right to read it.",
            ) from error
        if after != entry or len(data) != entry.size:
            raise RetryableReadError(
                "The file is being written: it changed while it was read.", mend="Run again once it is saved."
            )
        return data

    @classmethod
    def _listed(cls, item: os.DirEntry[str]) -> Entry | None:
        """``None`` for what is no file, or is gone again: somebody saves workbooks while we list them."""
        try:
            return cls._entry(Path(item.path), item.stat()) if item.is_file() else None
        except FileNotFoundError:
            return None

    @staticmethod
    def _entry(path: Path, stat: os.stat_result) -> Entry:
        return Entry(str(path), path.name, f"{stat.st_size}-{stat.st_mtime_ns}", stat.st_size)
