"""``operations/retire.yml``: which tables are to go, and who says so. Pure but for reading the file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from console import ConfigurationError
from operations.settings import read_settings

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
    file = read_settings(project_dir, FILE, _File, hint="docs/operations/retirement.md shows every key.", empty={})
    entries, name = (file.tables if file else {}), FILE.as_posix()
    lowered = [table.lower() for table in entries]
    if twice := sorted({table for table in entries if lowered.count(table.lower()) > 1}):
        raise ConfigurationError(f"{name}: {', '.join(twice)} is the same table twice.", hint="Leave one of them.")
    return entries
