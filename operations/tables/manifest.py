"""``manifest.json``: what an archive holds, so that it can be checked and brought back without the database."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from operations.errors import DamagedError
from operations.tables.measure import Measure
from warehouse import Structure

NAME = "manifest.json"
Format = Literal["parquet", "csv", "json"]
_FORM = 1


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TableFile(_Part):
    """One table of an archive.

    Args:
        file: its name, beside the manifest.
        types: column to the type, in DuckDB's words, that its values have in the file.
        sha256: of the file's bytes.
    """

    file: str = Field(pattern=r"^[A-Za-z0-9_.%-]+$")
    format: Format
    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    structure: Structure
    types: dict[str, str]
    measure: Measure


class Manifest(_Part):
    """One archive: tables of one database, as they were at one moment.

    Args:
        kind: ``backup`` or ``retirement``.
        archive: its name; also that of its folder at every place.
        engine, version: the database's, for who reads it in ten years.
        made_by: who asked for it: user and machine.
        not_looked_at: what should have been archived and could not be, with the reason.
        native: the file of the engine's own backup of the same moment, as the engine knows it; ``None``: it took none.
    """

    form: Literal[1] = 1
    kind: str
    archive: str
    target: str
    engine: str
    version: str
    made_at: dt.datetime
    made_by: str
    tables: tuple[TableFile, ...]
    not_looked_at: tuple[str, ...] = ()
    native: str | None = None

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(table.measure.rows for table in self.tables)

    @property
    def size(self) -> int:
        """Of all files, in bytes."""
        return sum(table.size for table in self.tables)

    @property
    def sha256(self) -> str:
        """Of its text."""
        return hashlib.sha256(self.as_text().encode()).hexdigest()

    def table(self, name: str) -> TableFile | None:
        """The table of that name, in any spelling."""
        return next((t for t in self.tables if t.structure.name.lower() == name.lower()), None)

    def as_text(self) -> str:
        """As it is written."""
        document = self.model_dump(mode="json")
        if self.native is None:  # as releases before wrote it
            del document["native"]
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def parse(text: str, label: str) -> Manifest:
    """A manifest from its text.

    Raises:
        DamagedError: it is none, or of a later release.
    """
    try:
        document: Any = json.loads(text)
        if isinstance(document, dict) and document.get("form", _FORM) != _FORM:
            raise DamagedError(
                f"{label}: the archive was written by a later release (form {document['form']}).",
                hint="Use that release to read it.",
            )
        return Manifest.model_validate(document)
    except (ValueError, ValidationError) as error:
        raise DamagedError(f"{label}: {NAME} is damaged.", hint="Use another place.") from error
