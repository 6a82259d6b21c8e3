"""What our pushes made on a board and took off it, day by day, from the record of all operations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from monday_sync.domain.capacity import DayCount
from monday_sync.domain.rows import AttemptOutcome, Level
from monday_sync.ledger.schema import ATTEMPTS
from warehouse import Session, Warehouse


@dataclass(frozen=True, slots=True)
class GrowthBook:
    """The growth of one board.

    Args:
        session: opens a short session with the ledger's tables in place.
    """

    warehouse: Warehouse
    board_id: str
    session: Callable[[], AbstractContextManager[Session]]

    def by_day(self, level: Level) -> tuple[DayCount, ...]:
        """Days on which rows of a level were created or archived, oldest first.

        The subitems of an archived item go with it: they are those that we created below it.
        """
        attempts, quoted = self.warehouse.relation(ATTEMPTS.name), self.warehouse.quote("level")
        created = (
            f"select cast(completed_at as date), count(*) from {attempts} where board_id = ? and {quoted} = ? "  # noqa: S608 - ours
            f"and kind in ('create', 'import') and item_id is not null group by cast(completed_at as date)"
        )
        # one that was archived twice, as after a doubt, is off the board once
        archived = (
            f"select max(cast(a.completed_at as date)), l.row_key from {attempts} a join {attempts} l "  # noqa: S608
            f"on l.order_key = a.order_key and l.board_id = a.board_id and l.{quoted} = ? "
            f"and l.kind in ('create', 'import') and l.item_id is not null and l.completed_at <= a.completed_at "
            f"where a.board_id = ? and a.{quoted} = ? and a.kind = 'archive' and a.outcome = ? group by l.row_key"
        )
        days: dict[dt.date, list[int]] = {}
        with self.session() as session:
            for day, count in session.rows(created, [self.board_id, level.value]):
                days.setdefault(_day(day), [0, 0])[0] += int(count)
            found = [level.value, self.board_id, Level.ITEM.value, AttemptOutcome.SYNCED.value]
            for day, _ in session.rows(archived, found):
                days.setdefault(_day(day), [0, 0])[1] += 1
        return tuple(DayCount(day, made, gone) for day, (made, gone) in sorted(days.items()))


def _day(value: object) -> dt.date:
    """Some drivers give a date as a moment."""
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)[:10])
