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
        unpacked_bytes: of any part that is read, unpacked.
        rows: number of the last row with a value; Excel has no more.
        columns: number of the last column with a value; SQL Server's tables end at 1,024 columns, five of them ours.
        header_rows: among so many rows with values at the top of a sheet the header is looked for.
        memory_bytes: that the reading process may take for one workbook; large sheets are read in pieces.
        seconds: that reading one workbook may take.
    """

    file_bytes: int = 256 * 1024**2
    unpacked_bytes: int = 6 * 1024**3
    rows: int = 1_048_576
    columns: int = 1_019
    header_rows: int = 50
    memory_bytes: int = 1024**3
    seconds: int = 1800

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
                raise ConfigurationError(f"{variable} is {text!r}.", hint="Set it to a positive whole number.")
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
                hint="Split it, or raise ORDER_LIST_LIMIT_FILE_BYTES if it is genuine.",
            )

    def check_span(self, sheet: str, rows: int, columns: int) -> None:
        """Refuse a sheet whose cells reach down to row ``rows`` and out to column ``columns`` (from 1), if too far.

        Raises:
            RejectedError: with what to delete, or which limit to raise.
        """
        if columns > self.columns:
            raise RejectedError(
                f"Sheet '{sheet}' has values out to column {columns:,}; the limit is {self.columns:,}.",
                hint="Delete what stands to the right of the order list.",
            )
        if rows > self.rows:
            raise RejectedError(
                f"Sheet '{sheet}' has values down to row {rows:,}; the limit is {self.rows:,}.",
                hint="Delete what stands below the order list, or raise ORDER_LIST_LIMIT_ROWS.",
            )
