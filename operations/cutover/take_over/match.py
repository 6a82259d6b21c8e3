"""Rows of others find our orders and lines by their business key. Pure; nothing is guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monday_sync import Claim, LeftClaim, Level
from operations.cutover.take_over.columns import KEY, Recognised
from operations.cutover.take_over.values import NotAnIdError, id_of, loose, part_of

NO_ROW = "no such row any more"
SEVERAL = "several orders have this key"
NO_ID = "not an id"
_PARTS = Sequence[str]


@dataclass(slots=True)
class Orders:
    """Our orders by their key, whichever parts of it a table of others has.

    Args:
        keys: order key to the parts of its business key, in the order of :data:`KEY`.
        customers: any spelling of a customer to its name, both in their loose form.
    """

    keys: Mapping[str, _PARTS]
    customers: Mapping[str, str] = field(default_factory=dict)
    _by_parts: dict[tuple[str, ...], dict[tuple[str, ...], list[str]]] = field(default_factory=dict)

    def find(self, parts: Mapping[str, str]) -> list[str]:
        """The orders whose key has these parts; with several, those that are spelled exactly so."""
        names = tuple(part for part in KEY if part in parts)
        if names not in self._by_parts:
            index: dict[tuple[str, ...], list[str]] = {}
            for key, values in self.keys.items():
                of_key = dict(zip(KEY, values, strict=True))
                index.setdefault(tuple(self._loose(n, of_key[n]) for n in names), []).append(key)
            self._by_parts[names] = index
        found = self._by_parts[names].get(tuple(self._loose(n, parts[n]) for n in names), [])
        if len(found) < 2:  # noqa: PLR2004 - one is no choice
            return found
        places = {name: KEY.index(name) for name in names if name != "customer_name"}
        return [key for key in found if all(self.keys[key][at] == parts[n] for n, at in places.items())] or found

    def _loose(self, name: str, text: str) -> str:
        return self.customers.get(loose(text), loose(text)) if name == "customer_name" else loose(text)


@dataclass(slots=True)
class Found:
    """What a relation of others says.

    Args:
        rows: rows that were read; ``without_id`` have none.
        states: rows by the state that stood there.
    """

    relation: str
    rows: int = 0
    without_id: int = 0
    claims: list[Claim] = field(default_factory=list)
    left: list[LeftClaim] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)

    def miss(self, level: Level, key: str, monday_id: str, reason: str, message: str) -> None:
        """List a row that makes no claim."""
        self.left.append(LeftClaim(level.value, key, monday_id, reason, message, self.relation))


@dataclass(frozen=True, slots=True)
class Matcher:
    """Our side: orders, and lines by their order and the loose form of their size."""

    orders: Orders
    lines: Mapping[tuple[str, str], str]

    def match(
        self, relation: str, recognised: Recognised, rows: Iterable[Mapping[str, object]],
        by_item: Mapping[str, str],
    ) -> Found:  # fmt: skip
        """What rows of a relation claim.

        Args:
            rows: by role, see :func:`operations.cutover.take_over.columns.recognise`.
            by_item: item id to the order for which other relations have it: lines may name their order by that alone.
        """
        found = Found(relation)
        for row in rows:
            found.rows += 1
            if "sync_state" in row:
                found.states[part_of(row["sync_state"]) or "none"] += 1
            self._row(found, recognised, row, by_item)
        return found

    def _row(self, found: Found, recognised: Recognised, row: Mapping[str, object], by_item: Mapping[str, str]) -> None:
        key = {part: part_of(row[part]) for part in recognised.key}
        told = " / ".join(text or "-" for text in key.values()) or "-"
        item_id = self._id(found, Level.ITEM, row.get("item_id"), told)
        subitem_id = self._id(found, Level.SUBITEM, row.get("subitem_id"), told)
        if item_id is None and subitem_id is None:
            found.without_id += 1
            return
        evidence = found.relation
        if "sync_state" in row:
            evidence += f" had it as {part_of(row['sync_state']) or 'no state'}"
        if "aag_order_number" in key:
            orders = self.orders.find(key)
        else:
            orders = [by_item[item_id]] if item_id is not None and item_id in by_item else []
        if len(orders) == 1:
            (order,) = orders
            if item_id is not None:
                found.claims.append(Claim(Level.ITEM, order, order, item_id, evidence))
            if subitem_id is not None:
                self._line(found, order, part_of(row.get("size_code")), subitem_id, evidence)
            return
        reason, message = (SEVERAL, f"{len(orders)} orders have this key") if orders else (NO_ROW, "no order has it")
        for level, monday_id in ((Level.ITEM, item_id), (Level.SUBITEM, subitem_id)):
            if monday_id is not None:
                found.miss(level, told, monday_id, reason, message)

    @staticmethod
    def _id(found: Found, level: Level, value: object, told: str) -> str | None:
        try:
            return id_of(value)
        except NotAnIdError as error:
            found.miss(level, told, str(value), NO_ID, f"{error} is no id")
            return None

    def _line(self, found: Found, order: str, size: str, subitem_id: str, evidence: str) -> None:
        key = self.lines.get((order, loose(size)))
        if key is None:
            found.miss(Level.SUBITEM, f"{order} / {size or '-'}", subitem_id, NO_ROW, f"the order has no size {size!r}")
        else:
            found.claims.append(Claim(Level.SUBITEM, key, order, subitem_id, evidence))


def by_item_of(found: Iterable[Found]) -> dict[str, str]:
    """Item ids that all relations have for one and the same order."""
    orders: dict[str, set[str]] = {}
    for one in found:
        for claim in one.claims:
            if claim.level is Level.ITEM:
                orders.setdefault(claim.monday_id, set()).add(claim.key)
    return {item_id: next(iter(keys)) for item_id, keys in orders.items() if len(keys) == 1}
