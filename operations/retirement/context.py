"""What the steps of a retirement work with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from operations.backup import BackupPolicy, last_verified
from operations.log import Entry as LogEntry
from operations.log import Log
from operations.retirement.entries import Entry, load_entries
from operations.retirement.states import State
from operations.tables import Format, Shelf
from warehouse import Warehouse

ACTION, UNDO = "retire", "retire undo"
#: Under this key each step keeps what operations/retire.yml said of the table.
DECLARED = "declared"
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
        declared: whether operations/retire.yml names it. One that it names no more takes no further step, only back.
    """

    name: str
    entry: Entry
    state: State
    history: Sequence[LogEntry]
    declared: bool = True

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


def tables(context: Context) -> list[Table]:
    """The declared tables as the log knows them, and those that are on their way, or gone, and declared no more."""
    histories: dict[str, list[LogEntry]] = {}
    for entry in context.log.entries():
        if entry.action in {ACTION, UNDO}:
            histories.setdefault(entry.subject.lower(), []).append(entry)
    found = []
    for name, declared in load_entries(context.project_dir).items():
        history = histories.pop(name.lower(), [])
        found.append(Table(name, declared, _state(history), history))
    for history in histories.values():
        if (state := _state(history)) is not State.DECLARED:
            found.append(Table(history[0].subject, _as_declared_once(history), state, history, declared=False))
    return found


def _state(history: Sequence[LogEntry]) -> State:
    return next((State(e.after) for e in history if e.outcome == "done" and e.after), State.DECLARED)


def _as_declared_once(history: Sequence[LogEntry]) -> Entry:
    """What operations/retire.yml said of a table when it took its last step."""
    said: Mapping[str, Any] = next((e.evidence[DECLARED] for e in history if DECLARED in e.evidence), {})
    return Entry(
        owner=said.get("owner") or "somebody whom the log does not know", why=said.get("why") or "the log does not say",
        approved_by=said.get("approved_by"),
    )  # fmt: skip
