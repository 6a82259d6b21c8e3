"""Progress on stderr: a bar on a terminal of any width, lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from console.output import bar_on_screen, is_quiet, say
from console.waits import BEAT, every

if TYPE_CHECKING:
    from rich.progress import Task

#: A terminal that is narrower shows counts and time only; these take so many columns, and the bar itself.
_WIDTH_FOR_A_BAR, _COUNTS_AND_TIME, _BAR = 60, 26, 30


class Advance(Protocol):
    """Moves a progress bar on; ``total`` can be said later than at the start, and ``now`` what is being done."""

    def __call__(self, steps: int, total: int | None = None, now: str | None = None) -> None:
        """Advance by ``steps``."""


@contextmanager
def _lines(description: str, whole: int | None) -> Iterator[Advance]:
    """Progress for a log: a line a minute, also while nothing advances; what is quick says nothing."""
    done, began = 0, time.monotonic()

    def advance(steps: int, total: int | None = None, now: str | None = None) -> None:
        nonlocal done, whole, description
        done, whole, description = done + steps, whole if total is None else total, now or description

    def tell() -> None:
        count = f"{done:,}" if whole is None else f"{done:,} of {whole:,}"
        say(f"{description}: {count} ({time.monotonic() - began:.0f} s)")

    with every(BEAT, tell):
        yield advance


@contextmanager
def progress(description: str, total: int | None) -> Iterator[Advance]:
    """Progress on stderr; the block gets a function that advances it: a bar on a terminal, lines in a log."""
    if is_quiet() or not sys.stderr.isatty():
        with _lines(description, total) as advance:
            yield advance
        return
    # loaded here: processes that show no bar (workers, jobs) are started often, and should not wait for it
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
    from rich.table import Column  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    class Counts(ProgressColumn):
        """1,200 of 3,009."""

        def render(self, task: Task) -> Text:
            whole = "" if task.total is None else f" of {task.total:,.0f}"
            return Text(f"{task.completed:,.0f}{whole}" if task.completed or whole else "")

    console = Console(stderr=True)
    has_bar = console.width >= _WIDTH_FOR_A_BAR
    room = max(8, console.width - _COUNTS_AND_TIME - (_BAR + 1) * has_bar)
    columns: list[ProgressColumn] = [
        TextColumn(
            "{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis", max_width=room)
        ),
        *([BarColumn(bar_width=_BAR)] if has_bar else []),
        Counts(Column(no_wrap=True)),
        TimeElapsedColumn(Column(no_wrap=True)),
    ]
    bar = Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal, redirect_stdout=False,
        redirect_stderr=False,
    )  # fmt: skip
    bar_on_screen(bar, shown=True)
    try:
        with bar:
            task = bar.add_task(description, total=total)

            def move(steps: int, total: int | None = None, now: str | None = None) -> None:
                if total is not None or now is not None:
                    bar.update(task, total=total, description=now)
                bar.advance(task, steps)

            yield move
    finally:
        bar_on_screen(bar, shown=False)
