"""What the database wants on a board, as values: rows of dbt's sync relations with what the ledger knows of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from monday_sync.domain.rows import NAME, Address, LedgerRow, Level, Rekey

#: The action of a row that is not due for anything: what a run did to it is taken back.
UNDO = "UNDO"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row that is not SYNCED: what it should look like on the board, and what the ledger knows of it.

    Args:
        action: INSERT, UPDATE, DELETE (the row is gone from the source), ARCHIVE (taken off by the policy) or UNDO.
        wanted: view column (and the item's name) to the text the board should show; ``None`` is empty.
        rejected: why the row cannot be sent at all: it fails without a call.
        misfits: why single values cannot be sent. They are not among ``desired``: the board keeps what it shows there.
        ledger: the ledger's row; ``None`` when there is none.
        row_hash: of the row's data alone; ``board_hash`` covers all that the board is to show, and its mapping.
        mapping: fingerprint of the mapping that ``wanted`` is for.
        remapped: columns that the ledger's row was confirmed for in another board column or type, or not at all.
        rekeyed_from: the key that the same order or line had until now.
    """

    level: Level
    key: str
    order_key: str
    customer_name: str
    group_name: str
    board_hash: str
    action: str
    desired: Mapping[str, str | None]
    rejected: str | None
    held_back: str | None
    in_scope: bool
    ledger: LedgerRow | None
    row_hash: str | None = None
    mapping: str | None = None
    remapped: frozenset[str] = frozenset()
    misfits: tuple[str, ...] = ()
    rekeyed_from: str | None = None

    @property
    def name(self) -> str:
        """The item's name."""
        return self.desired.get(NAME) or ""

    @property
    def monday_id(self) -> str | None:
        """The item's id, if the ledger knows it."""
        return self.ledger.monday_id if self.ledger else None

    def is_among(self, addresses: Collection[Address] | None) -> bool:
        """Whether the row is one of these, by its key or the one it had until now; ``None`` are all rows."""
        if addresses is None:
            return True
        return (self.level, self.key) in addresses or (self.level, self.rekeyed_from or "") in addresses

    def start(self, board_id: str) -> LedgerRow:
        """The ledger's row to start from, under the present mapping and for the present data.

        What it says of columns that were mapped otherwise is dropped: the board may show anything there.
        """
        known = self.ledger or LedgerRow(
            self.level, self.key, self.order_key, self.customer_name, self.name, board_id=board_id
        )
        kept = {column: text for column, text in known.confirmed.items() if column not in self.remapped}
        return replace(known, confirmed=kept, mapping=self.mapping, row_hash=self.row_hash, left_as=None, left_at=None)


@dataclass(frozen=True, slots=True)
class Source:
    """All that the database has to say to a board, items and subitems in the order they are to be sent."""

    items: tuple[SourceRow, ...]
    subitems: tuple[SourceRow, ...]
    #: the ledger's rows of all orders, by order key: also of those that are SYNCED and so not among ``items``
    parents: Mapping[str, LedgerRow]
    orders_per_customer: Mapping[str, int]
    #: what of the ledger goes on under another key; ``parents`` and the rows have it under the new one already
    rekeyed: tuple[Rekey, ...] = ()
