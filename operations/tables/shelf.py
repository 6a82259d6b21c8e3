"""A place as a shelf of archives: ``<archive>/manifest.json`` beside one file for each table."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from console import workplace
from operations.errors import DamagedError, PlaceError
from operations.places import Place
from operations.tables.files import sha256
from operations.tables.manifest import NAME, Manifest, TableFile, parse


@dataclass(frozen=True, slots=True)
class Stored:
    """How an archive came to a place, or did not.

    Args:
        fault: why it is not there whole; ``None`` when every file was read back and is what was written.
    """

    place: str
    fault: str | None = None


class Shelf:
    """The archives at one place."""

    def __init__(self, place: Place) -> None:
        self.place = place

    @property
    def label(self) -> str:
        """The place's."""
        return self.place.label

    def archives(self) -> list[str]:
        """Archives with a manifest, oldest first. One without is not finished, or never was."""
        ends = f"/{NAME}"
        return sorted(name.removesuffix(ends) for name in self.place.names("") if name.endswith(ends))

    def manifest(self, archive: str) -> Manifest:
        """What an archive holds.

        Raises:
            DamagedError: its manifest is none.
            PlaceError: it is not there, or the place cannot be read.
        """
        with workplace("manifest") as folder:
            file = folder / NAME
            self.place.get(f"{archive}/{NAME}", file)
            try:
                text = file.read_text(encoding="utf-8")
            except UnicodeDecodeError as error:
                raise DamagedError(f"{self.label}: {NAME} is damaged.", hint="Use another place.") from error
        found = parse(text, self.label)
        if found.archive != archive:
            raise DamagedError(
                f"{self.label}: {archive} holds the manifest of {found.archive}.", hint="Use another place."
            )
        return found

    def fetch(self, archive: str, table: TableFile, folder: Path) -> Path:
        """The file of a table, as it was written.

        Raises:
            DamagedError: it is another.
            PlaceError: it is not there, or the place cannot be read.
        """
        file = folder / table.file
        self.place.get(f"{archive}/{table.file}", file)
        size = file.stat().st_size
        if size != table.size:
            raise DamagedError(
                f"{self.label}: {archive}/{table.file} has {size:,} bytes instead of {table.size:,}.",
                hint="Use another place, or archive anew.",
            )
        if sha256(file) != table.sha256:
            raise DamagedError(
                f"{self.label}: {archive}/{table.file} was changed since it was written.",
                hint="Use another place, or archive anew.",
            )
        return file

    def keep(self, manifest: Manifest, folder: Path) -> Stored:
        """Put an archive here and read every file of it back. The manifest goes last: with it the archive is whole."""
        try:
            with tempfile.TemporaryDirectory(dir=folder) as draft:
                for table in manifest.tables:
                    self.place.put(f"{manifest.archive}/{table.file}", folder / table.file)
                    self.fetch(manifest.archive, table, Path(draft)).unlink()
                file = Path(draft) / NAME
                file.write_text(manifest.as_text(), encoding="utf-8", newline="\n")
                self.place.put(f"{manifest.archive}/{NAME}", file)
            same = self.manifest(manifest.archive) == manifest
        except (DamagedError, PlaceError) as error:
            return Stored(self.label, error.message)
        return Stored(self.label, None if same else f"{self.label}: {NAME} reads otherwise than it was written.")

    def remove(self, archive: str) -> None:
        """Take an archive off: its manifest first, so that half of one never counts."""
        names = self.place.names(f"{archive}/")
        for name in sorted(names, key=lambda name: not name.endswith(f"/{NAME}")):
            self.place.remove(name)


def fetch_from_any(
    shelves: Sequence[Shelf], archive: str, table: TableFile, folder: Path, told: Callable[[str], None]
) -> Path:  # fmt: skip
    """The file of a table from the first place that has it whole; ``told`` hears of those that have not.

    Raises:
        PlaceError: none has.
    """
    for shelf in shelves:
        try:
            return shelf.fetch(archive, table, folder)
        except (DamagedError, PlaceError) as error:
            told(error.message)
    raise PlaceError(
        f"No place has {archive}/{table.file} whole.", hint="Put one back that can be reached, or use another archive."
    )


def manifest_from_any(shelves: Sequence[Shelf], archive: str, told: Callable[[str], None]) -> Manifest:
    """What an archive holds, by the first place that says so.

    Raises:
        PlaceError: none does.
    """
    for shelf in shelves:
        try:
            return shelf.manifest(archive)
        except (DamagedError, PlaceError) as error:
            told(error.message)
    raise PlaceError(
        f"No place has the archive {archive}.", hint="`maintenance backups` lists the archives that there are."
    )
