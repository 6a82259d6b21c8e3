"""Results on stdout (for people, or one JSON object for programs); progress and logs on stderr."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from console.journal import LOGGER, spoken
from console.redaction import mask, masked, redact

if TYPE_CHECKING:  # it takes long to import, and most processes show no bar
    from rich.progress import Progress

#: Not empty once the one JSON object of the command was printed.
_printed: list[bool] = []
#: The progress bars that are on the terminal, the last one innermost.
_bars: list[Progress] = []


def say(message: str, *, level: int = logging.INFO, **facts: object) -> None:
    """One line for the person who watches, on stderr, without secrets; above the progress bar while there is one.

    The log has it too, with its ``facts``.
    """
    spoken(message, level=level, **facts)


class _Screen(logging.Handler):
    """Shows records on stderr: what is said for a person, and with ``-v`` what is only noted."""

    def emit(self, record: logging.LogRecord) -> None:
        if not getattr(record, "screen", False) and self.level > logging.DEBUG:
            return
        line = redact(record.getMessage())
        try:
            if _bars:
                _bars[-1].console.print(line, markup=False, highlight=False, soft_wrap=True)
            else:
                click.echo(line, err=True)
        except UnicodeError:  # a stream that was never told to speak UTF-8
            click.echo(line.encode("ascii", "backslashreplace").decode(), err=True)


_SCREEN = _Screen(logging.INFO)
LOGGER.addHandler(_SCREEN)


def has_bar() -> bool:
    """Whether a progress bar is on the screen: it moves by itself."""
    return bool(_bars)


def is_quiet() -> bool:
    """Whether only errors are shown."""
    return _SCREEN.level > logging.INFO


@contextmanager
def showing(level: int) -> Iterator[None]:
    """Show what is of this level or above while the block lasts."""
    before = _SCREEN.level
    _SCREEN.setLevel(level)
    try:
        yield
    finally:
        _SCREEN.setLevel(before)


def print_result(result: object, *, as_json: bool, human: Callable[[], str]) -> None:
    """Print ``result`` on stdout: as one JSON object, or as the text that ``human`` makes of it."""
    if as_json:
        print_json(result)
    else:
        click.echo(mask(human()))


def print_error(message: str, hint: str | None) -> None:
    """An error as the one JSON object of a command, unless its result was printed before the error came."""
    if not _printed:
        print_json({"error": redact(message), "hint": hint and redact(hint)})


def bar_on_screen(bar: Progress, *, shown: bool) -> None:
    """A bar appears, below which nothing else may be written, or it is gone again."""
    if shown:
        _bars.append(bar)
    else:
        _bars.remove(bar)


def forget_what_was_printed() -> None:
    """A command begins: its one JSON object is still to come."""
    _printed.clear()


def speak_utf8() -> None:
    """Let stdout and stderr take any text, whatever the locale says and whatever the workbooks hold."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def print_json(result: object) -> None:
    """Print ``result`` on stdout as one JSON object."""
    _printed.append(True)
    click.echo(json.dumps(masked(plain(result)), ensure_ascii=False, indent=2, default=str))


def plain(value: object) -> Any:  # noqa: PLR0911 - one return for each kind of value
    """``value`` as what JSON knows: dataclasses as objects, dates as ISO 8601, decimals as text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(map(plain, value), key=str)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal | Path):
        return str(value)
    return value
