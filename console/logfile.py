"""The log in ``data/logs``: JSON lines, a file for each process.

A file has one writer, so no lock is needed, no line is lost or torn whatever else runs (on Windows and network shares
too, where appending is not atomic), and rotation takes away whole files: the oldest, by their last line. A process that
says nothing leaves no file: what it notes is held back until it says something, or works for a run.
"""

from __future__ import annotations

import json
import logging
import os
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console import journal
from console.errors import OrderListError
from console.redaction import masked, redact
from console.system import private_folder, refused, umask

#: Where the log is.
LOGS = "ORDER_LIST_LOGS"
DEFAULT = Path("data/logs")
#: So many files are kept, and so many bytes in all; a file that has grown to the third goes on in another one.
FILES, BYTES, BYTES_OF_ONE = 300, 200_000_000, 10_000_000
SUFFIX = ".jsonl"
_HELD = 200
_FILE = 0o666
#: What every line has, if only as null; more may follow.
FACTS = ("run_id", "stage", "program", "command", "customer", "file", "request_id", "milliseconds")


def folder() -> Path:
    """Where the log is, or will be."""
    text = os.environ.get(LOGS, "").strip()
    return Path(text) if text else DEFAULT


class JsonLines(logging.Handler):
    """Writes each record as one line of JSON, in one write.

    Args:
        folder: of the log; made when there is something to write.
        name: what the file's name says of the process.
        facts: what all lines are about.
    """

    def __init__(self, folder: Path, name: str, facts: Mapping[str, object]) -> None:
        super().__init__(logging.DEBUG)
        began = datetime.now(UTC)
        self._folder, self._stem, self._facts = folder, f"{began:%Y%m%dT%H%M%S%fZ}-{name}-{os.getpid()}", dict(facts)
        self._held: deque[str] = deque(maxlen=_HELD)
        self._file: int | None = None
        self._part, self._size = 0, 0
        self.path: Path | None = None
        """The file, once there is one."""
        self.problem: str | None = None
        """Why nothing can be written any more."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or hold it back until one comes that is worth a file."""
        try:
            line = self._line(record)
        except Exception:
            self.handleError(record)
            return
        if self.problem:
            return
        if self._file is None and not _is_worth_a_file(record):
            self._held.append(line)
            return
        try:
            while self._held:
                self._write(self._held.popleft())
            self._write(line)
        except OrderListError as error:
            self.problem = error.message
        except OSError as error:
            self.problem = str(refused(error, f"The log in {self._folder} cannot be written"))

    def close(self) -> None:
        """Close the file; what was held back is forgotten."""
        if self._file is not None:
            with suppress(OSError):
                os.close(self._file)
            self._file = None
        super().close()

    def _line(self, record: logging.LogRecord) -> str:
        facts = {**self._facts, **getattr(record, "facts", {})}
        document: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            **{name: facts.pop(name, None) for name in FACTS},
            "message": redact(record.getMessage()),
        }
        document["run_id"] = document["run_id"] or journal.last_run()
        if record.name != journal.NAME:
            document["logger"] = record.name
        if record.exc_info:
            document["trace"] = redact(logging.Formatter().formatException(record.exc_info))
        facts.pop("idle", None)
        document |= facts
        return json.dumps(masked(document), ensure_ascii=False, default=str)

    def _write(self, line: str) -> None:
        data = (line + "\n").encode("utf-8", "backslashreplace")
        if self._file is None or self._size + len(data) > BYTES_OF_ONE or _is_gone(self._file):
            self._next_file()
        assert self._file is not None  # noqa: S101 - it was opened just now
        self._size += len(data)
        while data:  # a file takes it at once, or none of it
            data = data[os.write(self._file, data) :]

    def _next_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
        private_folder(self._folder)
        self._part += 1
        self.path = self._folder / f"{self._stem}{f'.{self._part}' if self._part > 1 else ''}{SUFFIX}"
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _FILE & ~umask())
        self._size = 0
        _rotate(self._folder, self.path)


@contextmanager
def written(program: str, command: str) -> Iterator[JsonLines]:
    """Keep what is said within the block in the log; the block gets the handler."""
    handler = JsonLines(folder(), program, {"program": program, "command": command, "pid": os.getpid()})
    others, relay = logging.getLogger(), _Relay(handler)
    journal.LOGGER.addHandler(handler)
    others.addHandler(relay)
    try:
        with journal.begun():
            yield handler
    finally:
        others.removeHandler(relay)
        journal.LOGGER.removeHandler(handler)
        handler.close()


class _Relay(logging.Handler):
    """Hands on what other libraries warn of."""

    def __init__(self, to: JsonLines) -> None:
        super().__init__(logging.WARNING)
        self._to = to

    def emit(self, record: logging.LogRecord) -> None:
        self._to.handle(record)


def _is_worth_a_file(record: logging.LogRecord) -> bool:
    said = getattr(record, "screen", False) and record.levelno >= logging.INFO
    return bool(said or record.levelno >= logging.WARNING or (journal.current_run() and record.levelno > logging.DEBUG))


def _is_gone(file: int) -> bool:
    """Whether somebody took our file away (a rotation that came while we said nothing for long)."""
    return os.name == "posix" and os.fstat(file).st_nlink == 0


def _rotate(folder: Path, ours: Path) -> None:
    """Take the oldest files away until the rest is within the limits; one that cannot be removed is in use."""
    found: list[tuple[float, int, Path]] = []
    for path in folder.glob(f"*{SUFFIX}"):
        with suppress(OSError):
            seen = path.stat()
            found.append((seen.st_mtime, seen.st_size, path))
    found.sort(key=lambda one: (one[0], one[2].name))
    count, size = len(found), sum(one[1] for one in found)
    for _, bytes_, path in found:
        if count <= FILES and size <= BYTES:
            return
        if path != ours:
            with suppress(OSError):
                path.unlink()
                count, size = count - 1, size - bytes_
