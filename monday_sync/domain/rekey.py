"""The same order under another key: which rows that are gone go on as which new ones. Pure.

The key of an order is a hash in the database. It changes when the key is declared anew, when a customer gets another
name, or when a size is spelled otherwise; the order on the board does not. So before a new row is created, it is
looked for among the rows that are gone from the source, by the texts of the business key that the board was told:

* the same customer and the same texts: the key was declared anew;
* a customer without any order left, and the same texts but for its name: the customer was renamed;
* in one order, the same size, or the same number spelled otherwise (``32.0`` is ``32``): the line was spelled anew.

Several candidates are told apart by what else they show. What nobody claims stays as it is: gone, or new.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from monday_sync.domain.keys import plain_size
from monday_sync.domain.rows import NAME, LedgerRow, Level
from monday_sync.domain.source import SourceRow
from monday_sync.domain.state import Outcome

_CUSTOMER = "customer_name"

_Texts = tuple[str | None, ...]


def match_items(
    gone: Sequence[LedgerRow], rows: Sequence[SourceRow], key_columns: Sequence[str], customers: Collection[str]
) -> dict[str, LedgerRow]:
    """New order key to the row of the ledger that it goes on from.

    Args:
        gone: rows linked to items, whose order the source has no more.
        rows: rows of the source.
        key_columns: view columns of the business key; the first names the order.
        customers: those that have orders in the source.
    """
    left = [row for row in gone if row.confirmed.get(key_columns[0]) is not None]
    new = [row for row in rows if row.level is Level.ITEM and is_new(row) and row.desired.get(key_columns[0])]
    if not left or not new:
        return {}

    # a column that is part of the key from now on may be one that the board was never told about
    told = [c for c in key_columns if c != _CUSTOMER and all(c in row.confirmed for row in left)]

    def whole(texts: Mapping[str, str | None], customer: str | None) -> _Texts:
        return (customer, *(texts.get(c) for c in told))

    found = _pair(left, new, lambda r: whole(r.confirmed, r.customer_name), lambda r: whole(r.desired, r.customer_name))
    taken = {row.key for row in found.values()}
    renamed = [r for r in left if r.key not in taken and r.customer_name not in customers]
    open_rows = [row for row in new if row.key not in found]
    for old_name, new_name in _renames(renamed, open_rows, whole).items():
        found |= _pair(
            [r for r in renamed if r.customer_name == old_name],
            [r for r in open_rows if r.customer_name == new_name and r.key not in found],
            lambda r: whole(r.confirmed, None),
            lambda r: whole(r.desired, None),
        )
    return found


def match_lines(
    gone: Iterable[LedgerRow], rows: Sequence[SourceRow], orders: Mapping[str, str]
) -> dict[str, LedgerRow]:
    """New line key to the row of the ledger that it goes on from.

    Args:
        gone: rows linked to subitems, whose line the source has no more.
        orders: old order keys to the new ones, of orders that are re-keyed.
    """
    left: dict[str, list[LedgerRow]] = defaultdict(list)
    for row in gone:
        left[orders.get(row.order_key, row.order_key)].append(row)
    new: dict[str, list[SourceRow]] = defaultdict(list)
    for source_row in rows:
        if source_row.level is Level.SUBITEM and is_new(source_row) and source_row.order_key in left:
            new[source_row.order_key].append(source_row)
    found: dict[str, LedgerRow] = {}
    for order_key, lines in new.items():
        olds = left[order_key]
        by_name = _pair(olds, lines, lambda r: (r.item_name,), lambda r: (r.name,))
        taken = {row.key for row in by_name.values()}
        spelled = _pair(
            [r for r in olds if r.key not in taken],
            [r for r in lines if r.key not in by_name],
            lambda r: (plain_size(r.item_name or ""),),
            lambda r: (plain_size(r.name),),
        )
        found |= by_name | spelled
    return found


def is_new(row: SourceRow) -> bool:
    """Whether a row has no item and none is being created for it: a request in doubt may have made one."""
    if row.action == "DELETE" or row.monday_id is not None:
        return False
    return row.ledger is None or row.ledger.state.outcome in {None, Outcome.ERROR, Outcome.DEAD}


def under_key(old: LedgerRow, key: str, order_key: str, customer: str | None) -> LedgerRow:
    """The row of the ledger as it goes on: what the board shows stays what it was."""
    return replace(old, key=key, order_key=order_key, customer_name=customer or old.customer_name)


def _renames(
    gone: Sequence[LedgerRow], rows: Sequence[SourceRow], whole: Callable[[Mapping[str, str | None], None], _Texts]
) -> dict[str, str]:
    """Customers whose orders are all gone, to the customer that has most of them now."""
    by_texts: dict[_Texts, set[str]] = defaultdict(set)
    for row in rows:
        by_texts[whole(row.desired, None)].add(row.customer_name)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for old in gone:
        counts[old.customer_name or ""].update(by_texts.get(whole(old.confirmed, None), ()))
    return {
        name: max(found.items(), key=lambda entry: (entry[1], entry[0]))[0] for name, found in counts.items() if found
    }


def _pair(
    olds: Iterable[LedgerRow],
    rows: Iterable[SourceRow],
    of_old: Callable[[LedgerRow], _Texts],
    of_row: Callable[[SourceRow], _Texts],
) -> dict[str, LedgerRow]:
    """Pair rows of the same texts, those first that agree in most of what they show; each stands in one pair."""
    groups: dict[_Texts, list[LedgerRow]] = defaultdict(list)
    for old in olds:
        groups[of_old(old)].append(old)
    wanted: dict[_Texts, list[SourceRow]] = defaultdict(list)
    for row in rows:
        wanted[of_row(row)].append(row)
    found: dict[str, LedgerRow] = {}
    for texts, group in wanted.items():
        left = groups.get(texts, [])
        if len(left) == 1 and len(group) == 1:
            found[group[0].key] = left[0]
            continue
        scored = sorted(
            ((-_agreement(old, row), old.key, row.key, old) for old in left for row in group), key=lambda s: s[:3]
        )
        taken: set[str] = set()
        for _, old_key, key, old in scored:
            if old_key not in taken and key not in found:
                taken.add(old_key)
                found[key] = old
    return found


def _agreement(old: LedgerRow, row: SourceRow) -> int:
    """In how many columns the board shows what the row wants."""
    return sum(
        1 for c, text in row.desired.items() if text is not None and c != NAME and old.confirmed.get(c) == text
    ) + (2 if old.confirmed.get(NAME) == row.name else 0)
