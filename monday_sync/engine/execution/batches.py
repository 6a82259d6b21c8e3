"""Work on rows, parted into requests, and requests into waves whose intents are stored at once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from monday_sync.api import Operation
from monday_sync.domain.rows import LedgerRow

#: Operations whose intents are stored at once.
AHEAD = 500


@dataclass(frozen=True, slots=True)
class Task:
    """One operation: what to ask, what the board shows once it is done, and what it was seen to show there before."""

    kind: str
    operation: Operation
    desired: Mapping[str, str | None]
    before: Mapping[str, str | None] | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """All operations on one row; they travel in one request.

    Args:
        base: the ledger's row before; for a group a row that only carries the group's name as its key.
        before: the ledger's row as it stands in the database, ``None`` when it is not there.
        misfit: why some of the row's values are not among the tasks: the row is then in ERROR though the rest is done.
    """

    base: LedgerRow
    before: LedgerRow | None
    board_hash: str | None
    tasks: tuple[Task, ...]
    misfit: str | None = None


def waves(found: Iterable[list[Work]]) -> Iterator[list[list[Work]]]:
    """Batches whose intents are stored at once: first one, then twice as many each time, within :data:`AHEAD`.

    The first answers teach what the next batches may hold, so not much is planned before them.
    """
    wave: list[list[Work]] = []
    most, count = 1, 0
    for batch in found:
        size = sum(len(work.tasks) for work in batch)
        wave.append(batch)
        count += size
        # not when the next batch is there: it is to be made after the answers to this wave
        if len(wave) == most or count + size > AHEAD:
            yield wave
            wave, count, most = [], 0, most * 2
    if wave:
        yield wave


def batches(works: Iterable[Work], size: Callable[[str], int]) -> Iterator[list[Work]]:
    """Rows in requests, a row's operations together. The kinds of a request decide how many fit."""
    batch: list[Work] = []
    count, limits = 0, dict[str, int]()
    for work in works:
        limits |= {task.kind: size(task.kind) for task in work.tasks if task.kind not in limits}
        if batch and count + len(work.tasks) > min(limits.values()):
            yield batch
            batch, count, limits = [], 0, {task.kind: size(task.kind) for task in work.tasks}
        batch.append(work)
        count += len(work.tasks)
    if batch:
        yield batch
