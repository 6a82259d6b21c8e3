"""A folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from console import private, private_folder, refused
from operations.errors import PlaceError

_DRAFT = ".part"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, made when something is put there. It and its files are for their owner: they hold prices."""

    path: Path

    @property
    def label(self) -> str:
        """Its whole path."""
        return str(self.path)

    def put(self, name: str, file: Path) -> None:
        """Copy by way of a draft that reaches the disk before it gets its name."""
        aim = self._file(name)
        with self._told("written"):
            private_folder(aim.parent)
            draft = aim.with_name(aim.name + _DRAFT)
            with private(), file.open("rb") as source, draft.open("wb") as target:
                shutil.copyfileobj(source, target, 2**20)
                target.flush()
                os.fsync(target.fileno())
            draft.replace(aim)

    def get(self, name: str, file: Path) -> None:
        """Copy. What cannot be written to ``file`` is no fault of the place."""
        with private(), file.open("wb") as target:
            for piece in self._pieces(name):
                target.write(piece)

    def _pieces(self, name: str) -> Iterator[bytes]:
        with self._told("read"), self._file(name).open("rb") as source:
            while piece := source.read(2**20):
                yield piece

    def names(self, prefix: str) -> list[str]:
        """Files in all folders below, without drafts."""
        with self._told("listed"):
            if not self.path.exists():
                return []
            # not rglob: of a folder that may not be read it says that it is empty
            files = (Path(root) / name for root, _, names in os.walk(self.path, onerror=_stop) for name in names)
            found = (file.relative_to(self.path).as_posix() for file in files)
            return sorted(name for name in found if name.startswith(prefix) and not name.endswith(_DRAFT))

    def remove(self, name: str) -> None:
        """Delete the file, and folders that it leaves empty."""
        file = self._file(name)
        with self._told("cleaned up"):
            file.unlink(missing_ok=True)
            for folder in file.parents:
                if folder == self.path or not folder.is_dir() or any(folder.iterdir()):
                    break
                folder.rmdir()

    def device(self) -> str:
        """The disk that the folder, or what is there of its path, lies on."""
        with self._told("reached"):
            there = next((folder for folder in (self.path, *self.path.parents) if folder.exists()), None)
            return f"disk {there.stat().st_dev}" if there else self.label

    def _file(self, name: str) -> Path:
        parts = name.split("/")
        if any(part in {"", ".", ".."} or "\\" in part for part in parts):
            raise PlaceError(f"{self.label}: '{name}' is no name within a place.", hint="The manifest is damaged.")
        return self.path.joinpath(*parts)

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise PlaceError(
                f"{self.label}: {Path(str(error.filename)).name} is missing.",
                hint="Use another place, or back up anew.",
            ) from error
        except OSError as error:
            told = refused(error, f"{self.label} cannot be {what}")
            raise PlaceError(told.message, hint=told.hint) from error


def _stop(error: OSError) -> None:
    raise error
