"""How many rows there are and what is in them, whatever their order: the same for a table and for its archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

_MASK = 2**64 - 1
_ROW = "(row)"


@dataclass(frozen=True, slots=True)
class Measure:
    """The size and the content of a table.

    Args:
        filled: column to the number of rows that have a value in it.
        hashes: column to the sum of its values' hashes, as 16 hexadecimal digits.
        row_hash: the same of whole rows, so that values in the wrong row show.
    """

    rows: int
    filled: Mapping[str, int] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    row_hash: str = f"{0:016x}"

    def differences(self, other: Measure) -> list[str]:
        """In what ``other`` differs, in words; empty if in nothing."""
        if self.rows != other.rows:
            return [f"{other.rows:,} rows instead of {self.rows:,}"]
        found = [f"column {name} is missing" for name in self.hashes if name not in other.hashes]
        found += [f"column {name} is new" for name in other.hashes if name not in self.hashes]
        for name in self.hashes.keys() & other.hashes.keys():
            if self.filled[name] != other.filled[name]:
                found.append(f"column {name} has {other.filled[name]:,} values instead of {self.filled[name]:,}")
            elif self.hashes[name] != other.hashes[name]:
                found.append(f"column {name} has other values")
        if not found and self.row_hash != other.row_hash:
            found.append("values stand in other rows")
        return sorted(found)


class Gauge:
    """Measures batches as they pass. MD5 is a fingerprint here that no version of a library changes, no protection."""

    def __init__(self, schema: pa.Schema) -> None:
        self._names = list(schema.names)
        self._connection = duckdb.connect(config={"threads": 1})
        self._connection.execute("set timezone = 'UTC'")
        self._rows = 0
        self._filled = [0] * len(self._names)
        self._sums = [0] * (len(self._names) + 1)

    def passing(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """``batches``, measured."""
        for batch in batches:
            self._add(batch)
            yield batch

    def measure(self) -> Measure:
        """Of all that has passed."""
        sums = [f"{total & _MASK:016x}" for total in self._sums]
        return Measure(
            self._rows,
            dict(zip(self._names, self._filled, strict=True)),
            dict(zip(self._names, sums[:-1], strict=True)),
            sums[-1],
        )

    def _add(self, batch: pa.RecordBatch) -> None:
        # positions for names: two names may differ by case alone in a source, and not in here
        places = [f"c{place}" for place in range(len(self._names))]
        incoming = batch.rename_columns(places)
        hashed = [f"coalesce(md5_number_lower(cast({place} as varchar))::hugeint, 0)" for place in places]
        # a value and its absence must not look alike in a row, nor two values run into one
        marked = [f"coalesce(length({p}::varchar) || ':' || {p}::varchar, '-')" for p in places]
        sums = ", ".join(
            [*(f"sum({h})" for h in hashed), f"sum(md5_number_lower(concat({', '.join(marked)}))::hugeint)"]
        )
        counts = ", ".join(f"count({place})" for place in places)
        self._connection.register("incoming", pa.Table.from_batches([incoming]))
        row = self._connection.execute(f"select count(*), {counts}, {sums} from incoming").fetchall()[0]  # noqa: S608
        self._connection.unregister("incoming")
        width = len(self._names)
        self._rows += row[0]
        self._filled = [a + b for a, b in zip(self._filled, row[1 : width + 1], strict=True)]
        self._sums = [a + int(b or 0) for a, b in zip(self._sums, row[width + 1 :], strict=True)]
