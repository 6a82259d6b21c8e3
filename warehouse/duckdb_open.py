"""Opens a DuckDB file: waits for its turn, says for whom, and says what is wrong when it cannot be opened."""

from __future__ import annotations

import time
from contextlib import nullcontext
from pathlib import Path

import duckdb

from console import ConfigurationError, needed, private, private_folder, say
from warehouse.duckdb_failures import cannot_open, is_open_elsewhere, translated
from warehouse.errors import WarehouseBusyError
from warehouse.holders import holder_in

#: What takes less is not worth a word; from then on a word so often.
_SAY_AFTER, _SAY_EVERY = 2.0, 5.0
# UTC: a timestamp with a zone that meets a column without one must not turn into this machine's local time.
# One thread: our statements are small; beside the loader's workers DuckDB's threads cost more than they save: half as
# much CPU again for a landing (measured).
_SETTINGS = "set timezone = 'UTC'; set threads = 1"


def file_of(setting: object, folder: Path) -> Path:
    """The file that the profile's ``path`` names.

    Raises:
        ConfigurationError: it names none.
    """
    text = str(setting).strip()
    if not text:
        raise ConfigurationError(
            "The path of the DuckDB file is empty.",
            hint="Unset ORDER_LIST_DUCKDB, or name a file in it (or in profiles.yml).",
        )
    return folder / text  # an absolute path stays what it is


def connect(path: Path, *, read_only: bool, wait: float) -> duckdb.DuckDBPyConnection:
    """Open the file, for its owner if it is new; waits while another process has it.

    Raises:
        ConnectionFailedError: it cannot be opened; nothing was done.
        WarehouseBusyError: another process kept it open for so many seconds.
    """
    with needed(f"The folder of the database, {path.parent}, cannot be used"):
        private_folder(path.parent)
        new = not path.exists()
    waiting = _Waiting(path, wait)
    pause = 0.01
    while True:
        try:
            with private() if new else nullcontext():
                connection = duckdb.connect(str(path), read_only=read_only and not new)
        except duckdb.Error as error:
            # one process opens a file in one mode at a time: a reader joins the writer, a writer waits for readers
            if isinstance(error, duckdb.ConnectionException) and "different configuration" in str(error):
                if read_only:
                    read_only = False
                    continue
            elif not is_open_elsewhere(error):
                raise cannot_open(error, path) from error
            waiting.goes_on(error)
        else:
            with translated(path):
                connection.execute(_SETTINGS)
            return connection
        time.sleep(pause)
        pause = min(pause * 2, 0.5)


class _Waiting:
    """One wait for a file: it says for whom, and ends at last."""

    def __init__(self, path: Path, seconds: float) -> None:
        self._path, self._seconds = path, seconds
        self._began = time.monotonic()
        self._next_word = self._began + _SAY_AFTER

    def goes_on(self, error: duckdb.Error) -> None:
        now = time.monotonic()
        if now - self._began > self._seconds:
            holder = holder_in(str(error)) or "another program"
            raise WarehouseBusyError(
                f"{self._path} stayed open elsewhere for {self._seconds:.0f} s: {holder} has it.",
                hint="Close the other program (a SQL shell, perhaps) and run this again.",
            ) from error
        if now >= self._next_word:
            self._next_word = now + _SAY_EVERY
            holder = holder_in(str(error)) or "another part of this program"
            left = self._seconds - (now - self._began)
            say(f"waiting for {self._path}: {holder} has it open; given up in {left:.0f} s")
