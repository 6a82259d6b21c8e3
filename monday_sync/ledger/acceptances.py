"""Which rows people accepted as they are, although the board does not take them; ended ones are kept, too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from monday_sync.domain.acceptance import Acceptance
from monday_sync.domain.rows import Level
from monday_sync.ledger.schema import ACCEPTED
from monday_sync.ledger.sets import parts, select, upsert
from warehouse import Session, Warehouse


@dataclass(frozen=True, slots=True)
class AcceptanceBook:
    """The acceptances of one board in one database.

    Args:
        session: opens a short session with the ledger's tables in place.
    """

    warehouse: Warehouse
    board_id: str
    session: Callable[[], AbstractContextManager[Session]]

    def standing(self) -> list[Acceptance]:
        """Those that were not ended, oldest first."""
        return self._read(" and l.ended_at is null", [])

    def of_orders(self, order_keys: Collection[str]) -> list[Acceptance]:
        """All that were ever given to rows of some orders, ended ones included, oldest first."""
        found: list[Acceptance] = []
        for part in parts(sorted(order_keys), 1000):
            found += self._read(f" and l.order_key in ({', '.join('?' for _ in part)})", part)
        return found

    def save(self, acceptances: Iterable[Acceptance]) -> None:
        """Write new ones, or their end."""
        records = [_record(acceptance) for acceptance in acceptances]
        if records:
            with self.session() as session:
                upsert(session, ACCEPTED, records)

    def end(self, ended: Iterable[tuple[Acceptance, str]], by: str | None, now: dt.datetime) -> None:
        """End some, each for its reason; ``by`` nobody: by themselves."""
        self.save(replace(one, ended_at=now, ended_by=by, ended_because=why) for one, why in ended)

    def _read(self, where: str, parameters: Sequence[object]) -> list[Acceptance]:
        where = f" where l.board_id = ?{where} order by l.accepted_at, l.acceptance_id"
        with self.session() as session:
            found = select(self.warehouse, session, ACCEPTED, where, [self.board_id, *parameters])
        return [_acceptance(record) for record in found]


def _record(acceptance: Acceptance) -> dict[str, Any]:
    record = {name: getattr(acceptance, name) for name in Acceptance.__dataclass_fields__ if name != "level"}
    return {**record, "row_level": acceptance.level.value}


def _acceptance(record: dict[str, Any]) -> Acceptance:
    return Acceptance(level=Level(record.pop("row_level")), **record)
