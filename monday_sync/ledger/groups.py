"""What the ledger knows of the board's groups: which one stands for a name, and which ones we created.

Names are told apart exactly, 'ABC' from 'abc', whatever the database's collation: the key is a hash of the name.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pyarrow as pa

from monday_sync.domain.rows import AttemptOutcome, Level
from monday_sync.ledger.schema import ATTEMPTS, GROUPS
from warehouse import Session, Warehouse
from warehouse.rows import table_of

_CREATED = "create_group"


@dataclass(frozen=True, slots=True)
class CreatedGroup:
    """A group that one of our runs created, by the answer that the board gave to it."""

    run_id: str
    name: str
    group_id: str


@dataclass(frozen=True, slots=True)
class GroupBook:
    """The groups of one board in one database.

    Args:
        session: opens a short session with the ledger's tables in place.
    """

    warehouse: Warehouse
    board_id: str
    session: Callable[[], AbstractContextManager[Session]]

    def known(self) -> dict[str, str]:
        """Group names as the database knows them, to the ids of the board's groups."""
        sql = f"select group_name, group_id from {self.warehouse.relation(GROUPS.name)} where board_id = ?"  # noqa: S608
        with self.session() as session:
            return {str(name): str(group_id) for name, group_id in session.rows(sql, [self.board_id])}

    def save(self, groups: Mapping[str, str], run_id: str, now: dt.datetime) -> None:
        """Remember which group of the board stands for which name."""
        if groups:
            names = list(groups)
            data = _records(
                names, [self.board_id] * len(names), list(groups.values()), [run_id] * len(names), [now] * len(names)
            )
            with self.session() as session:
                session.upsert(GROUPS.name, data, GROUPS.key)

    def forget(self, group_ids: Iterable[str]) -> None:
        """Forget groups that we took off the board."""
        doomed = list(group_ids)
        if doomed:
            marks = ", ".join("?" for _ in doomed)
            name = self.warehouse.relation(GROUPS.name)
            with self.session() as session:
                session.execute(
                    f"delete from {name} where board_id = ? and group_id in ({marks})",  # noqa: S608
                    [self.board_id, *doomed],
                )

    def created(self) -> list[CreatedGroup]:
        """Every group that runs of this ledger are known to have created, whether it is still there or not."""
        sql = (
            f"select run_id, row_key, item_id from {self.warehouse.relation(ATTEMPTS.name)} where board_id = ? "  # noqa: S608
            f"and {self.warehouse.quote('level')} = ? and kind = ? and outcome = ? and item_id is not null"
        )
        wanted = [self.board_id, Level.GROUP.value, _CREATED, AttemptOutcome.SYNCED.value]
        with self.session() as session:
            return [CreatedGroup(str(run), str(name), str(found)) for run, name, found in session.rows(sql, wanted)]


def _records(
    names: list[str], board_ids: list[str], group_ids: list[str], run_ids: list[str], moments: list[dt.datetime]
) -> pa.Table:
    keys = [hashlib.sha256(name.encode()).hexdigest() for name in names]
    rows = zip(board_ids, keys, names, group_ids, run_ids, moments, strict=True)
    columns = ("board_id", "group_key", "group_name", "group_id", "run_id", "recorded_at")
    return table_of(GROUPS.columns, (dict(zip(columns, row, strict=True)) for row in rows))
