"""What the steps of a retirement work with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from operations.backup import BackupPolicy, last_verified
from operations.log import Entry as LogEntry
from operations.log import Log
from operations.retirement.entries import Entry
from operations.retirement.states import State
from operations.tables import Format, Shelf
from warehouse import Warehouse

ACTION, UNDO = "retire", "retire undo"
_ASIDE = "__retired"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """One target, its policy, and the places of archives.

    Args:
        shelves: where archives go; at least three.
        code: folders of other projects, in which the table may be named.
        now: the clock.
    """

    warehouse: Warehouse
    policy: BackupPolicy
    shelves: Sequence[Shelf]
    code: Sequence[Path] = ()
    form: Format = "parquet"
    now: Callable[[], dt.datetime] = _now
    log: Log = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "log", Log(self.warehouse))

    @property
    def project_dir(self) -> Path:
        """The project's folder."""
        return self.warehouse.target.project_dir

    def backup_age(self) -> dt.timedelta | None:
        """How old the last backup is that was restored on trial; ``None`` without one."""
        record = last_verified(self.log)
        return self.now() - record.taken_at if record else None


@dataclass(frozen=True, slots=True)
class Table:
    """A declared table, and how far it is.

    Args:
        history: its entries in the log, newest first.
    """

    name: str
    entry: Entry
    state: State
    history: Sequence[LogEntry]

    @property
    def aside(self) -> str:
        """What it is called once it was set aside."""
        return self.name + _ASIDE

    @property
    def archive(self) -> str:
        """The name of its last archive."""
        return str(self.evidence(State.ARCHIVED)["archive"])

    def evidence(self, of: State) -> dict[str, object]:
        """What was written down when the table last came to a state by a step."""
        for entry in self.history:
            if entry.action == ACTION and entry.outcome == "done" and entry.after == of:
                return dict(entry.evidence)
        return {}

    def since(self, state: State) -> dt.datetime | None:
        """When it last came to a state."""
        return next((e.at for e in self.history if e.outcome == "done" and e.after == state), None)


def table_of(context: Context, name: str, entry: Entry) -> Table:
    """The table as the log knows it."""
    history = [e for e in context.log.entries(subject=name) if e.action in {ACTION, UNDO}]
    state = next((State(e.after) for e in history if e.outcome == "done" and e.after), State.DECLARED)
    return Table(name, entry, state, history)
