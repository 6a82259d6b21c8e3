"""``operations/backup.yml``: where backups go, and how long they stay. Pure but for reading the file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from console import ConfigurationError
from operations.settings import read_settings

FILE = Path("operations/backup.yml")
_RUNBOOK = "docs/operations/backup_and_restore.md"
#: To the microsecond: of two backups of one second the newer must still sort as the newer.
_STAMP = "%Y%m%dT%H%M%S.%fZ"
_WHOLE_SECONDS = "%Y%m%dT%H%M%SZ"  # names of archives made before November 2026


class Keep(BaseModel):
    """How many of the newest days, weeks and months keep their last backup."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    daily: int = Field(default=7, ge=1)
    weekly: int = Field(default=5, ge=0)
    monthly: int = Field(default=12, ge=0)


class Native(BaseModel):
    """The server's own backup: the folder on the server, or the blob container's address, that its files go to."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    path: str = Field(min_length=1)

    def file(self, archive: str) -> str:
        """The file of an archive there."""
        separator = "\\" if "\\" in self.path else "/"
        return f"{self.path.rstrip(separator)}{separator}{archive}.bak"


class BackupPolicy(BaseModel):
    """The file's keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    places: tuple[str, ...] = Field(min_length=1, strict=False)
    keep: Keep = Keep()
    verified_within_days: int = Field(default=7, ge=1)
    before_push_share: float = Field(default=0.2, ge=0, le=1, strict=False)
    native: Native | None = None


def load_policy(project_dir: Path) -> BackupPolicy:
    """The policy of a project.

    Raises:
        ConfigurationError: there is no such file, or something in it is wrong; names the key.
    """
    policy = read_settings(project_dir, FILE, BackupPolicy, hint=f"{_RUNBOOK} says what each key means.")
    name = FILE.as_posix()
    if policy is None:
        raise ConfigurationError(f"There is no {name}.", hint=f"Write one: {_RUNBOOK} says what goes into it.")
    where = [_where(place, project_dir) for place in policy.places]
    if twice := next((place for place, one in zip(policy.places, where, strict=True) if where.count(one) > 1), None):
        raise ConfigurationError(f"{name}: places: one place stands there twice: {twice}.", hint="Name another one.")
    return policy


def _where(place: str, project_dir: Path) -> str:
    """The same for every spelling of a place: links, dots and slashes make no second one."""
    if "://" in place:
        return place.rstrip("/")
    return str((project_dir / Path(place).expanduser()).resolve())


def stamp(moment: dt.datetime) -> str:
    """The beginning of an archive's name: its moment in UTC."""
    return moment.astimezone(dt.UTC).strftime(_STAMP)


def moment_of(archive: str) -> dt.datetime | None:
    """When an archive was made, by its name; ``None`` for what is no archive."""
    for form in (_STAMP, _WHOLE_SECONDS):
        with suppress(ValueError):
            return dt.datetime.strptime(archive.partition("-")[0], form).replace(tzinfo=dt.UTC)
    return None


def outdated(archives: Iterable[str], keep: Keep, *, spared: Collection[str | None] = ()) -> list[str]:
    """The archives that the policy lets go, oldest first.

    Args:
        archives: names of backups; others are left alone.
        spared: some that stay whatever their age: the last that was restored on trial is one.
    """
    dated = sorted(((moment, name) for name in archives if (moment := moment_of(name))), reverse=True)
    kept = set(spared) | {name for _, name in dated[:1]}
    periods: tuple[tuple[Callable[[dt.datetime], object], int], ...] = (
        (lambda m: m.date(), keep.daily),
        (lambda m: m.isocalendar()[:2], keep.weekly),
        (lambda m: (m.year, m.month), keep.monthly),
    )
    for period, number in periods:
        newest: dict[object, str] = {}
        for moment, name in dated:
            newest.setdefault(period(moment), name)
        kept |= set(list(newest.values())[:number])
    return sorted(name for _, name in dated if name not in kept)
