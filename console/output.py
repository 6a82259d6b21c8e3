"""Results on stdout (for people, or one JSON object for programs); progress and logs on stderr."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import io
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import click

from console.redaction import mask, masked, redact

#: Seconds between two lines of progress where there is no terminal for a bar.
_LINE_EVERY = 30.0
#: Not empty once the one JSON object of the command was printed.
_printed: list[bool] = []


class Advance(Protocol):
    """Moves a progress bar on; ``total`` can be said later than at the start."""

    def __call__(self, steps: int, total: int | None = None) -> None:
        """Advance by ``steps``."""


def say(message: str) -> None:
    """One line for the person who watches, on stderr, without secrets."""
    click.echo(redact(message), err=True)


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


def forget_what_was_printed() -> None:
    """A command begins: its one JSON object is still to come."""
    _printed.clear()


def _lines(description: str, whole: int | None) -> Advance:
    """Progress for a log: a line every half minute, so that what is quick says nothing."""
    done, said = 0, time.monotonic()

    def advance(steps: int, total: int | None = None) -> None:
        nonlocal done, said, whole
        done, whole = done + steps, whole if total is None else total
        if time.monotonic() - said >= _LINE_EVERY:
            said = time.monotonic()
            say(f"{description}: {done:,}" if whole is None else f"{description}: {done:,} of {whole:,}")

    return advance


@contextmanager
def progress(description: str, total: int | None) -> Iterator[Advance]:
    """Progress on stderr; the block gets a function that advances it: a bar on a terminal, lines in a log."""
    if not sys.stderr.isatty():
        yield _lines(description, total)
        return
    # loaded here: processes that show no bar (workers, jobs) are started often, and should not wait for it
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task(description, total=total)

        def advance(steps: int, total: int | None = None) -> None:
            if total is not None:
                bar.update(task, total=total)
            bar.advance(task, steps)

        yield advance


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
