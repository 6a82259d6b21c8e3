"""A sheet's rows on their way from the process that reads to the one that lands them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

#: So many cells make a piece: what must stand in memory at once, on either side.
PIECE_CELLS = 4_000_000
_ROW = "_row"


class Spool:
    """Rows in pieces, each as wide as its widest row: in files of a folder, or in memory.

    Small and picklable once it is written.

    Args:
        folder: an existing folder for the files; in memory when ``None``.
        name: what the files' names begin with.
    """

    def __init__(self, folder: Path | None = None, name: str = "sheet") -> None:
        self._folder, self._name = folder, name
        self._pieces: list[Path | pa.Buffer] = []

    def write(self, numbers: Sequence[int], columns: Sequence[pa.StringArray]) -> None:
        """Add a piece: the rows' numbers in Excel, and the columns from A on."""
        names = [_ROW, *map(str, range(len(columns)))]
        batch = pa.record_batch([pa.array(numbers, pa.int32()), *columns], names=names)
        if self._folder is None:
            sink = pa.BufferOutputStream()
            _write(sink, batch)
            self._pieces.append(sink.getvalue())
        else:
            path = self._folder / f"{self._name}-{len(self._pieces)}.arrow"
            with pa.OSFile(str(path), "wb") as file:
                _write(file, batch)
            self._pieces.append(path)

    def pieces(self, names: Mapping[int, str]) -> Iterator[tuple[pa.Int32Array, pa.Table]]:
        """The pieces: the rows' numbers, and some columns.

        Args:
            names: of the columns, by their position in Excel from 1; narrower pieces have fewer.
        """
        for piece in self._pieces:
            source = pa.BufferReader(piece) if isinstance(piece, pa.Buffer) else pa.OSFile(str(piece), "rb")
            with source, pa.ipc.open_stream(source) as stream:
                batch = stream.read_next_batch()
            there = {name: batch.column(position) for position, name in names.items() if position < batch.num_columns}
            yield batch.column(0), pa.table(there)

    def remove(self) -> None:
        """Delete the files."""
        for piece in self._pieces:
            if isinstance(piece, Path):
                piece.unlink(missing_ok=True)


def _write(sink: pa.NativeFile, batch: pa.RecordBatch) -> None:
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
