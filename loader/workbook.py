"""The bytes of a workbook as a sheet of text columns. Pure, but for the files of a spool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

import pyarrow as pa

from loader.cells import Texts, column_of
from loader.errors import RejectedError
from loader.formats.base import Book, Row, SheetInfo, Value
from loader.formats.content import open_book
from loader.headers import find_header, header_texts
from loader.limits import Limits
from loader.names import Header, column_names, fold
from loader.spool import PIECE_CELLS, Spool

_MASTER = "MASTER"
#: Rows that are turned into columns at once: so few that their cells are still in the processor's cache by then.
_BLOCK = 512
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Sheet:
    """An order list as it stands in its workbook.

    Args:
        header_row: number of the header row in Excel, from 1.
        headers: of the columns that have a header or a value.
        height: how many rows there are; rows without any value are left out.
        spool: the rows.
        warnings: what a person should know although the sheet was read.
    """

    name: str
    header_row: int
    headers: tuple[Header, ...]
    height: int
    spool: Spool = field(compare=False)
    warnings: tuple[str, ...] = ()

    def pieces(self) -> Iterator[tuple[pa.Int32Array, pa.Table]]:
        """The rows in pieces: their numbers in Excel, and a column of text for each header as far as the piece goes."""
        return self.spool.pieces({header.position: header.column for header in self.headers})

    @property
    def rows(self) -> pa.Int32Array:
        """Number in Excel of each row, for sheets of moderate size."""
        return pa.concat_arrays([numbers for numbers, _ in self.pieces()])

    @property
    def data(self) -> pa.Table:
        """All rows, a column of text for each of ``headers``, for sheets of moderate size."""
        whole = pa.schema([(header.column, pa.string()) for header in self.headers])
        tables = [whole.empty_table(), *(table for _, table in self.pieces())]
        return pa.concat_tables(tables, promote_options="default")


def read_sheet(file: str, data: bytes, limits: Limits, spool: Spool | None = None) -> Sheet:
    """The order list of a workbook: on the sheet MASTER, else on the first visible sheet that has its headers.

    Args:
        file: its name; what it is, is found from its content.
        spool: takes the rows; in memory when ``None``.

    Raises:
        RejectedError: with the sheet and row where they are known, and what to do.
    """
    del file
    sheet, header, rows = _find_list(open_book(data, limits), limits)
    return _shape(sheet.name, header, _within(limits, sheet.name, rows), spool or Spool())


def _find_list(book: Book, limits: Limits) -> tuple[SheetInfo, Row, Iterator[Row]]:
    """The sheet of the order list, its header row, and the rows below."""
    if not book.sheets:
        raise RejectedError("The workbook has no sheet with cells.", hint="Put the order list on a sheet named MASTER.")
    named = [sheet for sheet in book.sheets if sheet.name == _MASTER]
    named += [sheet for sheet in book.sheets if sheet not in named and fold(sheet.name).upper() == _MASTER]
    for sheet in named:
        rows = book.rows(sheet)
        top = list(islice(rows, limits.header_rows))
        if top:  # an empty one is no order list, however it is called
            return _below_header(sheet, top, rows)
    visible = [sheet for sheet in book.sheets if sheet.visible and sheet not in named]
    looked_at: list[tuple[SheetInfo, RejectedError]] = []
    for sheet in visible:
        rows = book.rows(sheet)
        try:
            return _below_header(sheet, list(islice(rows, limits.header_rows)), rows)
        except RejectedError as error:
            looked_at.append((sheet, error))
    if len(looked_at) == len(book.sheets) == 1:
        raise looked_at[0][1]
    raise _no_list(named, looked_at, book)


def _below_header(sheet: SheetInfo, top: Sequence[Row], rows: Iterator[Row]) -> tuple[SheetInfo, Row, Iterator[Row]]:
    if not top:
        raise RejectedError(f"Sheet '{sheet.name}' is empty.", hint="Put the order list on it, or remove the file.")
    try:
        index = find_header(top)
    except RejectedError as error:
        raise RejectedError(f"Sheet '{sheet.name}': {error.message}", hint=error.hint) from error
    return sheet, top[index], chain(top[index + 1 :], rows)


def _no_list(
    named: Sequence[SheetInfo], looked_at: Sequence[tuple[SheetInfo, RejectedError]], book: Book
) -> RejectedError:
    reasons = [f"Sheet '{sheet.name}' is empty." for sheet in named] + [error.message for _, error in looked_at]
    hidden = [sheet.name for sheet in book.sheets if not sheet.visible and sheet not in named]
    if hidden:
        reasons.append(f"Hidden sheets were not looked at: {', '.join(hidden[:_MOST_NAMED])}.")
    more = len(reasons) - _MOST_NAMED
    text = " ".join(reasons[:_MOST_NAMED]) + (f" And {more} more." if more > 0 else "")
    return RejectedError(f"No sheet has the order list. {text}", hint="Put the order list on a sheet named MASTER.")


def _within(limits: Limits, name: str, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, as long as they are within the limits."""
    for number, cells in rows:
        if number > limits.rows or len(cells) > limits.columns:
            limits.check_span(name, number, _last_full(cells))
        yield number, cells


def _last_full(cells: Sequence[Value]) -> int:
    return next((index for index in range(len(cells), 0, -1) if cells[index - 1] not in ("", None)), 0)


def _shape(name: str, header: Row, rows: Iterator[Row], spool: Spool) -> Sheet:
    texts = header_texts(header)
    used = {index for index, text in enumerate(texts) if text.strip()}
    seen: list[Texts] = []
    numbers: list[int] = []
    blocks: list[list[pa.Array]] = []
    height = 0
    while block := list(islice(rows, _BLOCK)):
        found, cells = zip(*block, strict=True)
        width = max(map(len, cells))
        if blocks and (width > len(blocks[0]) or len(numbers) * width > PIECE_CELLS):
            used |= _write(spool, numbers, blocks)
            numbers, blocks = [], []
        width = max(width, len(blocks[0]) if blocks else 0)
        seen += [Texts() for _ in range(width - len(seen))]
        columns = zip(*(_padded(row, width) for row in cells), strict=True)
        numbers += found
        blocks.append(list(map(column_of, columns, seen)))
        height += len(found)
    if not height:
        raise RejectedError(
            f"Sheet '{name}' has headers in row {header[0]} but no rows below them.",
            hint="Fill it, or remove the file; the rows landed last stay until then.",
        )
    used |= _write(spool, numbers, blocks)
    named = column_names([*texts, *[""] * (max(used) + 1 - len(texts))])
    headers = tuple(header for header in named if header.position - 1 in used)
    return Sheet(name, header[0], headers, height, spool, _warnings(headers))


def _padded(cells: Sequence[Value], width: int) -> Sequence[Value]:
    return cells if len(cells) == width else [*cells, *[None] * (width - len(cells))]


def _write(spool: Spool, numbers: Sequence[int], blocks: Sequence[Sequence[pa.Array]]) -> set[int]:
    """Write a piece; returns which of its columns hold a value."""
    columns = [pa.concat_arrays(parts) for parts in zip(*blocks, strict=True)]
    spool.write(numbers, columns)
    return {index for index, column in enumerate(columns) if column.null_count < len(numbers)}


def _warnings(headers: Sequence[Header]) -> tuple[str, ...]:
    return tuple(
        f"Column {h.position}: header {h.text!r} is {h.note}, landed as '{h.column}'." for h in headers if h.note
    )
