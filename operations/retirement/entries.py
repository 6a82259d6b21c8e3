"""``operations/retire.yml``: which tables are to go, and who says so. Pure but for reading the file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from console import ConfigurationError

FILE = Path("operations/retire.yml")
_WATCH = re.compile(r"(\d{1,4})\s*([hd])")
_SHORTEST = dt.timedelta(hours=48)


def _duration(value: Any) -> dt.timedelta:
    match = _WATCH.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write hours or days, as 72h or 3d")
    duration = dt.timedelta(hours=int(match[1]) * (24 if match[2] == "d" else 1))
    if duration < _SHORTEST:
        raise ValueError("a table is watched for 48h at least")
    return duration


_Text = Annotated[str, Field(min_length=1)]


class Entry(BaseModel):
    """One table.

    Args:
        owner: whom a reader of the retired table is told to ask.
        watch: how long runs go well without it before it may be dropped.
        approved_by: who agreed to the drop; ``None``: nobody did.
        ignore: patterns of files whose mentions of the table do not count as use.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    owner: _Text
    why: _Text
    watch: Annotated[dt.timedelta, BeforeValidator(_duration)] = dt.timedelta(hours=72)
    approved_by: _Text | None = None
    ignore: tuple[_Text, ...] = Field(default=(), strict=False)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    tables: dict[_Text, Entry] = {}


def load_entries(project_dir: Path) -> Mapping[str, Entry]:
    """The declared tables, by name; none where there is no file.

    Raises:
        ConfigurationError: something in the file is wrong; names table and key.
    """
    path, name = project_dir / FILE, FILE.as_posix()
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        said = " ".join(str(error).split())
        raise ConfigurationError(f"{name} cannot be read: {said}.", hint="Correct it there.") from error
    try:
        entries = _File.model_validate(document).tables
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        said = str(first["msg"]).removeprefix("Value error, ")
        raise ConfigurationError(f"{name}: {key}: {said}.", hint="docs/operations.md shows every key.") from None
    lowered = [table.lower() for table in entries]
    if twice := sorted({table for table in entries if lowered.count(table.lower()) > 1}):
        raise ConfigurationError(f"{name}: {', '.join(twice)} is the same table twice.", hint="Leave one of them.")
    return entries
