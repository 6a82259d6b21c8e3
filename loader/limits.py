"""What a workbook may cost. A workbook can be a bomb: these are checked before its content is built in memory."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

from console import ConfigurationError
from loader.errors import RejectedError

_PREFIX = "ORDER_LIST_LIMIT_"


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest sizes that are read.

    Args:
        file_bytes: of the file as it lies in the source.
        unpacked_bytes: of all its parts together, unpacked.
        rows: of the sheet, down to its last cell.
        columns: of the sheet; SQL Server's tables end at 1,024 columns, five of which are ours.
        cells: rows times columns of the area the sheet spans.
        header_rows: among so many rows at the top the header is looked for.
    """

    file_bytes: int = 256 * 1024**2
    unpacked_bytes: int = 1024**3
    rows: int = 200_000
    columns: int = 1_019
    cells: int = 12_000_000
    header_rows: int = 50

    @classmethod
    def from_environment(cls) -> Limits:
        """Defaults, overruled by ``ORDER_LIST_LIMIT_ROWS`` and its like.

        Raises:
            ConfigurationError: a variable holds no positive whole number.
        """
        chosen: dict[str, int] = {}
        for field in fields(cls):
            variable = _PREFIX + field.name.upper()
            text = os.environ.get(variable)
            if text is None:
                continue
            if not text.isdecimal() or int(text) == 0:
                raise ConfigurationError(f"{variable} is {text!r}.", mend="Set it to a positive whole number.")
            chosen[field.name] = int(text)
        return cls(**chosen)

    def check_file(self, size: int) -> None:
        """Refuse a file of so many bytes, if too many.

        Raises:
            RejectedError: with which limit to raise.
        """
        if size > self.file_bytes:
            raise RejectedError(
                f"The file has {size:,} bytes; the limit is {self.file_bytes:,}.",
                mend="Split it, or raise ORDER_LIST_LIMIT_FILE_BYTES if it is genuine.",
            )

    def check_span(self, sheet: str, rows: int, columns: int) -> None:
        """Refuse a sheet whose cells reach down to row ``rows`` and out to column ``columns`` (from 1), if too far.

        Raises:
            RejectedError: with what to delete, or which limit to raise.
        """
        if columns > self.columns:
            raise RejectedError(
                f"Sheet '{sheet}' has values out to column {columns:,}; the limit is {self.columns:,}.",
                mend="Delete what stands to the right of the order list.",
            )
        if rows > self.rows:
            raise RejectedError(
                f"Sheet '{sheet}' has values down to row {rows:,}; the limit is {self.rows:,}.",
                mend="Delete what stands below the order list, or raise ORDER_LIST_LIMIT_ROWS.",
            )
        if rows * columns > self.cells:
            raise RejectedError(
                f"Sheet '{sheet}' spans {rows:,} rows by {columns:,} columns; the limit is {self.cells:,} cells.",
                mend="Delete stray values far from the order list, or raise ORDER_LIST_LIMIT_CELLS.",
            )
