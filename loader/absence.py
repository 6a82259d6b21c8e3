"""Workbooks that used to come and are not there."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from console import ConfigurationError, counted
from loader.errors import SourceError
from loader.memory import Content, LastSeen, Memory
from loader.results import FileResult, MissingWorkbook, Status

POLICY = "ORDER_LIST_MAX_MISSING_SHARE"
_DEFAULT_SHARE = 0.5
#: So few may be missing whatever their share: of three workbooks two are soon taken away.
_FEW = 4
_NAMED = 5
_CLOSED = "It was rejected or missing before, and is gone: nobody waits for it."


@dataclass(frozen=True, slots=True)
class Absence:
    """What a look at a whole source tells of the workbooks that are not in it.

    Args:
        expected: how many workbooks used to come from this source.
        missing: those of them that are not there.
        closed: others that need no further word: rejected and taken away, or renamed.
        notes: workbooks of the database that come from elsewhere.
    """

    expected: int
    missing: tuple[LastSeen, ...]
    closed: tuple[LastSeen, ...]
    notes: tuple[str, ...]


def max_missing_share() -> float:
    """The share of missing workbooks above which a load is refused, as the environment says.

    Raises:
        ConfigurationError: it is no number from 0 to 1.
    """
    text = os.environ.get(POLICY)
    if not text:
        return _DEFAULT_SHARE
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ConfigurationError(f"{POLICY} is {text!r}.", hint="Set it to a number from 0 to 1, for example 0.5.")
    return share


def look_for_absent(memory: Memory, source: str, files: Iterable[str], tables: Iterable[str]) -> Absence:
    """Compare what used to come from ``source`` with the ``files`` that are there, and the ``tables`` they map to.

    A source that has a workbook of another one is that other one, moved: its workbooks are expected here too.
    """
    here, fed = set(files), {table.casefold() for table in tables}
    lands = [
        (content, seen) for content in memory.contents.values()
        if (seen := memory.files.get(content.file)) and seen.since is not Status.FORGOTTEN
    ]  # fmt: skip
    moved = {seen.expected_in for content, seen in lands if _is_there(content, here, fed)}
    sources = {source, None} | moved  # of a version before nobody knows the source
    expected = [(content, seen) for content, seen in lands if seen.expected_in in sources]
    missing = tuple(seen for content, seen in expected if not _is_there(content, here, fed))
    gone = {seen.file for seen in missing}
    closed = tuple(
        seen for file, seen in memory.files.items()
        if file not in here and file not in gone and seen.expected_in in sources
        and (seen.since is Status.MISSING or (seen.since is None and seen.status is Status.REJECTED))
    )  # fmt: skip
    elsewhere = Counter(seen.expected_in for _, seen in lands if seen.expected_in not in sources)
    notes = tuple(
        f"{counted(count, 'workbook')} of this database came from {name} last, which this load did not look at."
        for name, count in sorted(elsewhere.items(), key=str)
    )
    return Absence(len(expected), tuple(sorted(missing, key=lambda seen: seen.file)), closed, notes)


def as_results(missing: Sequence[MissingWorkbook], closed: Sequence[LastSeen]) -> list[FileResult]:
    """What the log says of them."""
    return [
        *(FileResult(found.file, found.raw_table, Status.MISSING, found.message) for found in missing),
        *(FileResult(seen.file, seen.raw_table, Status.FORGOTTEN, _CLOSED) for seen in closed),
    ]  # fmt: skip


def refuse_if_too_many(missing: Sequence[MissingWorkbook], expected: int, source: str, share: float) -> None:
    """Refuse a source that can hardly be the right one: what it has may be as old as what it lacks is gone.

    Raises:
        SourceError: more than ``share`` of the ``expected`` workbooks are missing, and more than a few.
    """
    if len(missing) <= _FEW or len(missing) <= share * expected:
        return
    files = ", ".join(f"{found.file} (last seen {found.last_seen:%Y-%m-%d %H:%M} UTC)" for found in missing[:_NAMED])
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    raise SourceError(
        f"{len(missing)} of {expected} workbooks that used to come are not in {source}: {files}{more}. "
        "Nothing was landed.",
        hint="Check the source. If they were taken away for good, `loader forget` them; --select '*' lands what is "
        f"there once; {POLICY} (now {share:g}) allows a greater share.",
    )


def _is_there(content: Content, here: set[str], fed: set[str]) -> bool:
    """By its name, or renamed: a workbook that maps to its table."""
    return content.file in here or content.raw_table.casefold() in fed
