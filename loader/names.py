"""Names of workbooks, landing tables and columns. Pure. The rules are those of the operators' own naming."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from loader.errors import RejectedError
from loader.filenames import printable, split_name, without_escapes

#: Both engines allow at least so many UTF-16 units in an identifier.
LONGEST_IDENTIFIER = 128
#: The columns the loader adds to every landing table.
META_COLUMNS = ("_source_file", "_source_sheet", "_source_row", "_extracted_at", "_load_id")

_OUTSIDE = re.compile(r"[^A-Za-z0-9]+")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Header:
    """A header of the sheet: where it stands (from 1), what it says, and the column it became.

    ``note`` is ``empty``, ``duplicate`` or ``truncated`` where the column's name is not simply the folded header.
    """

    position: int
    text: str
    column: str
    note: str | None = None


def table_name(file: str) -> str:
    """The landing table of a workbook: ``GREYSON ORDER LIST (M3).xlsx`` -> ``xGREYSON_ORDER_LIST_RAW``.

    Raises:
        RejectedError: the name holds no letter or digit to build on, or makes too long a table name.
    """
    # what is no character folds as any sign does, and an accent is one character, however the system spells it
    stem = without_escapes(split_name(printable(file))[0]).replace("(M3)", "")
    stem = stem.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    core = _OUTSIDE.sub("_", stem).strip("_")
    if not core:
        raise RejectedError(
            "The file name maps to no table: nothing of it is left without (M3), apostrophes and signs.",
            hint="Rename it, for example to 'GREYSON ORDER LIST (M3).xlsx'.",
        )
    name = f"x{core}_RAW"
    # room is left for the name under which a table is built before it takes its place
    if len(name) > LONGEST_IDENTIFIER - len("__new"):
        raise RejectedError(f"The file name makes a table name of {len(name)} characters.", hint="Shorten it.")
    return name


def is_raw_table(name: str) -> bool:
    """Whether a relation of this name is a workbook's landing table, in any case."""
    folded = name.lower()
    return folded.startswith("x") and folded.endswith("_raw")


def fold(text: str) -> str:
    """``text`` with every run of white space as one space, none at the ends."""
    return _BLANKS.sub(" ", text).strip()


def column_names(headers: Sequence[str]) -> tuple[Header, ...]:
    """A stable, unique column name for each header, whatever it holds.

    Unique without regard to case, because neither engine tells ``30x30`` from ``30X30``. An empty header is named
    for its position, a repeated one gets its number of occurrence.
    """
    taken = {name.casefold() for name in META_COLUMNS}
    # first occurrences keep their names, even if an invented name would come earlier
    wanted = [_shorten(_printable(fold(text)), LONGEST_IDENTIFIER) for text in headers]
    first: dict[str, int] = {}
    for index, name in enumerate(wanted):
        if name and name.casefold() not in taken:
            first.setdefault(name.casefold(), index)
    used = taken | set(first)
    named: list[Header] = []
    for index, (text, name) in enumerate(zip(headers, wanted, strict=True)):
        position = index + 1
        if name and first.get(name.casefold()) == index:
            note = "truncated" if name != fold(text) else None
            named.append(Header(position, text, name, note))
            continue
        column = _free(name or f"column_{position}", used, numbered=bool(name))
        used.add(column.casefold())
        named.append(Header(position, text, column, "duplicate" if name else "empty"))
    return tuple(named)


def _free(base: str, used: set[str], *, numbered: bool) -> str:
    if not numbered and base.casefold() not in used:
        return base
    occurrence = 2
    while True:
        suffix = f" ({occurrence})"
        candidate = _shorten(base, LONGEST_IDENTIFIER - len(suffix)) + suffix
        if candidate.casefold() not in used:
            return candidate
        occurrence += 1


def _printable(text: str) -> str:
    """Without control characters: no engine takes NUL in a name, and nobody could type the others."""
    return "".join(c for c in text if c >= " " and c != "\x7f")


def _shorten(text: str, units: int) -> str:
    """At most ``units`` UTF-16 units of ``text``, no character cut in two."""
    while len(text.encode("utf-16-le", "surrogatepass")) // 2 > units:
        text = text[:-1].rstrip()
    return text
