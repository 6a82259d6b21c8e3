"""Rows in a file: zstd Parquet, or CSV or JSON for people without tools. Reading gives back what was written."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from operations.tables.manifest import Format

_BATCH = 10_000
# every value is quoted and NULL is not, so that an empty text stays one
_CSV = "format csv, header, force_quote *, nullstr ''"
_READ_CSV = (
    "read_csv(?, all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"', strict_mode = true, "
    "allow_quoted_nulls = false, max_line_size = 1073741824, parallel = false)"
)
_FULL = re.compile(r"(?i)no space left|disk full|not enough space|disk quota")
_READ_JSON = "read_json(?, format = 'newline_delimited', columns = {{{}}}, maximum_object_size = 1073741824)"


def file_name(table: str, form: Format) -> str:
    """What the file of a table is called, on every system."""
    return f"{urllib.parse.quote(table, safe='')}.{form}"


def sha256(file: Path) -> str:
    """Of the file's bytes, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write(file: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch], form: Format) -> Mapping[str, str]:
    """Write rows, in bounded memory; returns the type of each column in DuckDB's words."""
    parquet = file if form == "parquet" else file.with_name(file.name + ".parquet")
    with _at_fault(file):
        return _write(file, parquet, schema, batches, form)


def _write(
    file: Path, parquet: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch], form: Format
) -> Mapping[str, str]:  # fmt: skip
    with pq.ParquetWriter(parquet, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch.cast(schema))
    with _connection() as connection:
        described = connection.execute("describe select * from read_parquet(?)", [str(parquet)]).fetchall()
        types = {str(row[0]): str(row[1]) for row in described}
        if form != "parquet":
            how = _CSV if form == "csv" else "format json"
            texts = ", ".join(f"cast({_quoted(name)} as varchar) as {_quoted(name)}" for name in types)
            connection.execute(
                f"copy (select {texts} from read_parquet(?)) to {_literal(file)} ({how})",  # noqa: S608 - quoted
                [str(parquet)],
            )
            parquet.unlink()
    return types


def read(file: Path, form: Format, types: Mapping[str, str]) -> Iterator[pa.RecordBatch]:
    """The rows of a file, as they were written."""
    with _at_fault(file), _connection() as connection:
        if form == "parquet":
            source = "read_parquet(?)"
        elif form == "csv":
            source = _READ_CSV
        else:
            fields = ", ".join(f"{_literal(name)}: 'VARCHAR'" for name in types)
            source = _READ_JSON.format(fields)
        cast = ", ".join(f"cast({_quoted(name)} as {type_}) as {_quoted(name)}" for name, type_ in types.items())
        query = f"select {cast} from {source}"  # noqa: S608 - names are quoted, types are DuckDB's own
        yield from connection.sql(query, params=[str(file)]).to_arrow_reader(_BATCH)


@contextmanager
def _at_fault(file: Path) -> Iterator[None]:
    """What DuckDB says when the disk or the memory gives out, as Python says it: it knows no table and no statement."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise MemoryError from error
    except duckdb.IOException as error:
        full = _FULL.search(str(error)) is not None
        number = errno.ENOSPC if full else errno.EIO
        raise OSError(number, os.strerror(number), str(file)) from error


def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1, "preserve_insertion_order": True})
    connection.execute("set timezone = 'UTC'")
    return connection


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"
