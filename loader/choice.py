"""Which entries of a source are workbooks, which of them are asked for, and which table each has. Pure."""

from __future__ import annotations

import fnmatch
from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass

from console import joined
from loader.errors import RejectedError, SourceError
from loader.filenames import SUFFIXES, not_a_workbook
from loader.memory import Memory
from loader.names import table_name
from loader.results import FileResult, Status
from loader.sources import Entry, Source


@dataclass(frozen=True, slots=True)
class Choice:
    """What a source has, and what of it this load is about.

    Args:
        books: all workbooks.
        chosen: those that are asked for.
        ignored: files that are no workbooks, with what they are.
        partial: only some were asked for, so who is not among them is not missing.
    """

    books: tuple[Entry, ...]
    chosen: tuple[Entry, ...]
    ignored: tuple[tuple[Entry, str], ...]
    partial: bool

    def ignored_now(self, before: Container[str]) -> list[FileResult]:
        """A line for the log for each file that is no workbook and was not ignored ``before``."""
        return [
            FileResult(entry.file, None, Status.IGNORED, f"It is {why}.", bytes=entry.size, etag=entry.etag)
            for entry, why in self.ignored if entry.file not in before
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """The table of each workbook that has one to itself, by path, and why the others have none."""

    tables: dict[str, str]
    rejected: dict[str, tuple[str | None, RejectedError]]

    @property
    def all_tables(self) -> list[str]:
        """The tables that workbooks map to, whoever has them."""
        return [*self.tables.values(), *(table for table, _ in self.rejected.values() if table)]


def choose(entries: Sequence[Entry], select: Sequence[str], limit_files: int | None) -> Choice:
    """Sort ``entries`` out; ``select`` and ``limit_files`` as :func:`loader.land` has them.

    Raises:
        SourceError: there are workbooks, and no pattern matches one.
    """
    whys = [(entry, not_a_workbook(entry.file)) for entry in entries]
    books = tuple(entry for entry, why in whys if why is None)
    patterns = [pattern.casefold() for pattern in select]
    chosen = [b for b in books if not patterns or any(fnmatch.fnmatchcase(b.file.casefold(), p) for p in patterns)]
    if books and not chosen:
        raise SourceError(
            f"No workbook matches {', '.join(select)}.",
            hint=f"There are, for example: {', '.join(b.file for b in books[:3])}.",
        )
    ignored = tuple((entry, why) for entry, why in whys if why is not None)
    return Choice(books, tuple(chosen[:limit_files]), ignored, bool(select) or limit_files is not None)


def nothing_in(source: Source, choice: Choice, missing: int = 0) -> SourceError:
    """The error for a source without a workbook; ``missing`` used to come."""
    used = f"; {missing} used to come" if missing else ""
    return SourceError(
        f"There is no workbook in {source.label} ({len(choice.ignored)} other files{used}).",
        hint=f"Put files that end in {', '.join(SUFFIXES)} there, or give another source. {source.around()}".rstrip(),
    )


def name_tables(books: Sequence[Entry], memory: Memory) -> Named:
    """The table of each of ``books`` (all of the source: who was not asked for keeps its table too).

    Where several have one table, the workbook that it was landed from keeps it; else none gets it.
    """
    named = Named({}, {})
    users: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in books:
        try:
            table = table_name(entry.file)
        except RejectedError as error:
            named.rejected[entry.path] = (None, error)
            continue
        content = memory.content(table)
        if entry.fault:
            named.rejected[entry.path] = (table, RejectedError(entry.fault[0], hint=entry.fault[1]))
            if not content or content.file != entry.file:
                continue
        else:
            named.tables[entry.path] = table
        users[table.casefold()].append(entry)
    for sharing in users.values():
        if len(sharing) > 1:
            _settle(sharing, memory, named)
    return named


def _settle(sharing: Sequence[Entry], memory: Memory, named: Named) -> None:
    """Decide who of several workbooks has the table: in ``named`` the others become rejected."""
    table = next(named.tables[entry.path] for entry in sharing if entry.path in named.tables)
    content = memory.content(table)
    owners = [entry for entry in sharing if content and entry.file == content.file]
    owner = owners[0] if len(owners) == 1 else None
    files = joined([f"'{entry.file}'" for entry in sharing])
    for entry in sharing:
        if entry is owner or named.tables.pop(entry.path, None) is None:
            continue
        named.rejected[entry.path] = (table, RejectedError(
            f"'{entry.file}' maps to the table of '{owner.file}', {table}, which stays.",
            hint="Take one of the two out of the source, or rename this one.",
        ) if owner else RejectedError(
            f"{files} map to one table, {table}.", hint="Keep one of them in the source, or rename the other."
        ))  # fmt: skip
