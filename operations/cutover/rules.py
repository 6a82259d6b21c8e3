"""``operations/cutover.yml``: how fresh the steps before ``go`` have to be, and what the first run may be like."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from operations.settings import read_settings

FILE = Path("operations/cutover.yml")
_DURATION = re.compile(r"(\d{1,4})\s*([hd])")


def _duration(value: Any) -> dt.timedelta:
    if isinstance(value, dt.timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or not int(match[1]):
        raise ValueError("write hours or days, as 24h or 7d")
    return dt.timedelta(hours=int(match[1]) * (24 if match[2] == "d" else 1))


_Duration = Annotated[dt.timedelta, BeforeValidator(_duration)]
_Share = Annotated[float, Field(ge=0, le=1, strict=False)]


class Fresh(BaseModel):
    """How old the last of each step may be."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    preflight: _Duration = dt.timedelta(hours=24)
    rehearse: _Duration = dt.timedelta(days=7)
    trial: _Duration = dt.timedelta(days=7)


class Watch(BaseModel):
    """What the first run may be like.

    Args:
        verdict: the worst that it may say.
        failed_share: of the records in hand, those in error.
        held_share: of the records in hand, those that wait since their customer is held back.
        differences: fields, and missing items, that the board may show otherwise than it should.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    verdict: Literal["ok", "attention"] = "attention"
    failed_share: _Share = 0.02
    held_share: _Share = 0.1
    differences: int = Field(default=0, ge=0)


class Rules(BaseModel):
    """The file's keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    fresh: Fresh = Fresh()
    watch: Watch = Watch()


def load_rules(project_dir: Path) -> Rules:
    """The rules of a project; the defaults where there is no file.

    Raises:
        ConfigurationError: something in the file is wrong; names the key.
    """
    hint = "docs/operations/cutover.md says what each key means."
    return read_settings(project_dir, FILE, Rules, hint=hint, empty={}) or Rules()
