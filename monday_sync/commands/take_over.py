"""``take over``: the ledger learns by ids that somebody else kept which items on the board are its rows'.

The board is only read, and says the last word: an id counts where the item has the key of the row. What is linked is
confirmed by nothing yet: the next push compares it, and sends what differs.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from monday_sync.commands.check import check, check_board
from monday_sync.commands.opening import open_boards
from monday_sync.domain.claims import (
    NO_ORDER,
    NO_ROW,
    OTHER_KEY,
    Claim,
    FieldDifference,
    Judge,
    Judged,
    LeftClaim,
    differences,
    doubt_of_line,
    left,
    unambiguous,
)
from monday_sync.domain.diff import mappings_of
from monday_sync.domain.keys import KeyReader
from monday_sync.domain.mapping import columns_of_board
from monday_sync.domain.remote import BoardFacts, BoardItem, Whereabouts
from monday_sync.domain.rows import Address, Attempt, AttemptOutcome, LedgerRow, Level
from monday_sync.domain.source import SourceRow
from monday_sync.domain.values import shown
from monday_sync.engine.context import Context
from monday_sync.engine.lookup import BoardReader
from monday_sync.engine.planning.link import adopt
from monday_sync.engine.runs import running, settle_doubts
from monday_sync.engine.source import LINES, ORDERS, read_source
from monday_sync.errors import ValueRejectedError
from monday_sync.ledger import Ledger
from warehouse import Target

KIND = "take-over"
_ATTEMPT = "take over"
_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What the ledger learned.

    Args:
        items, subitems: rows that were linked.
        already: rows that were linked so before: a take-over that was killed goes on.
        left: claims that were not followed, each with its reason.
        compared: rows that were held against the board field by field: all that are linked now.
        differing: of these, rows of which some field differs; ``differences`` counts them by column.
    """

    run_ids: tuple[str, ...]
    items: int
    subitems: int
    already: int
    left: tuple[LeftClaim, ...]
    compared: int = 0
    differing: int = 0
    differences: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[FieldDifference, ...] = ()

    @property
    def reasons(self) -> Mapping[str, int]:
        """Why claims were not followed, counted."""
        return dict(Counter(one.reason for one in self.left))


def ask_boards(target: str | Target | None = None, *, project_dir: Path | None = None) -> tuple[str, ...]:
    """Make sure that every board of a target is there and may be written; their titles. The database is not asked.

    Raises:
        RefusedError: a board, its columns or the token are not as they have to be.
    """
    with open_boards(target, project_dir=project_dir) as opened:
        return tuple(check_board(context).items.name for context in opened.contexts)


def take_over(
    target: str | Target | None, claims: Iterable[Claim], *, project_dir: Path | None = None
) -> TakenOver:  # fmt: skip
    """Link the rows that ``claims`` are about, as far as they are true. None is guessed.

    Raises:
        RefusedError: as for a push.
    """
    with open_boards(target, project_dir=project_dir) as opened:
        return take_over_in(opened.contexts, claims)


def take_over_in(contexts: Sequence[Context], claims: Iterable[Claim]) -> TakenOver:
    """The same on opened boards."""
    with contexts[0].warehouse.lock():
        facts = {context.board.board_id: check(context) for context in contexts}
        for context in contexts:
            settle_doubts(context)
        return _TakeOver(contexts, facts).work(claims)


@dataclass(frozen=True, slots=True)
class _Order:
    """An order or a line, as far as it is needed to know its item."""

    order_key: str
    customer_name: str | None
    name: str | None
    key_values: Mapping[str, object] = field(default_factory=dict)


class _TakeOver:
    def __init__(self, contexts: Sequence[Context], facts: Mapping[str, BoardFacts]) -> None:
        self._contexts, self._facts = contexts, facts
        ledger = contexts[0].ledger
        with ledger.session():
            self._known = {level: ledger.rows(level, whole=True) for level in (Level.ITEM, Level.SUBITEM)}
            self._orders, self._lines = self._read_orders(ledger), self._read_lines(ledger)
        self._home: dict[str, Context] = {}  # of every item that was found
        self._items: dict[str, BoardItem] = {}

    def work(self, claims: Iterable[Claim]) -> TakenOver:
        good, bad = unambiguous(claims)
        rows: dict[Level, Mapping[str, _Order]] = {Level.ITEM: self._orders, Level.SUBITEM: self._lines}
        bad += [left(c, NO_ROW, "the database has it no more") for c in good if c.key not in rows[c.level]]
        good = [c for c in good if c.key in rows[c.level]]
        of_items = self._judge_items([c for c in good if c.level is Level.ITEM], good)
        known = self._known[Level.ITEM].items()
        parents = {c.key: item for c, item in of_items.believed}
        parents |= {k: self._items[row.monday_id] for k, row in known if row.monday_id in self._items}
        lines = [c for c in good if c.level is Level.SUBITEM]
        bad += [left(c, NO_ORDER, "the item of its order is not linked") for c in lines if c.order_key not in parents]
        of_lines = self._judge_lines([c for c in lines if c.order_key in parents], parents)
        believed = [*of_items.believed, *of_lines.believed]
        homes = {c: self._home[(item if c.level is Level.ITEM else parents[c.order_key]).id] for c, item in believed}
        run_ids = [run for context in self._contexts if (run := self._write(context, believed, homes)) is not None]
        already = [*of_items.already, *of_lines.already]
        there = {**self._items, **self._subitems()}
        pairs = [*believed, *((c, there[c.monday_id]) for c in already if c.monday_id in there)]
        result = TakenOver(
            tuple(run_ids), len(of_items.believed), len(of_lines.believed), len(already),
            (*bad, *of_items.left, *of_lines.left),
        )  # fmt: skip
        return self._compared(result, pairs, parents)

    def _judge_items(self, items: Sequence[Claim], everything: Sequence[Claim]) -> Judged:
        known = self._known[Level.ITEM]
        orders = {claim.order_key for claim in everything}
        linked = {row.monday_id for key, row in known.items() if row.monday_id and key in orders}
        self._read({claim.monday_id for claim in items} | linked)
        missing = {claim.monday_id for claim in items} - self._items.keys() - linked
        return Judge(known, self._items, self._whereabouts(missing)).judge(items, self._doubt)

    def _judge_lines(self, lines: Sequence[Claim], parents: Mapping[str, BoardItem]) -> Judged:
        there = self._subitems()
        elsewhere = self._whereabouts({claim.monday_id for claim in lines} - there.keys())
        return Judge(self._known[Level.SUBITEM], there, elsewhere).judge(
            lines, lambda c, subitem: doubt_of_line(c, subitem, parents[c.order_key], self._lines[c.key].name or "")
        )

    def _subitems(self) -> Mapping[str, BoardItem]:
        return {s.id: s for item in self._items.values() for s in item.subitems if s.state == "active"}

    # -- what the database and the board have -------------------------------------------------------------------------

    def _read_orders(self, ledger: Ledger) -> Mapping[str, _Order]:
        columns = list(dict.fromkeys(c for one in self._contexts for c in KeyReader(one.board).columns))
        names = ["order_key", "customer_name", "item_name", *columns]
        quote, relation = ledger.warehouse.quote, ledger.warehouse.relation(ORDERS)
        with ledger.session() as session:
            rows = session.rows(f"select {', '.join(f'o.{quote(n)}' for n in names)} from {relation} o")  # noqa: S608
        return {
            str(row[0]): _Order(str(row[0]), row[1], row[2], dict(zip(columns, row[3:], strict=True))) for row in rows
        }

    @staticmethod
    def _read_lines(ledger: Ledger) -> Mapping[str, _Order]:
        relation = ledger.warehouse.relation(LINES)
        with ledger.session() as session:
            rows = session.rows(f"select l.line_key, l.order_key, l.customer_name, l.size_code from {relation} l")  # noqa: S608
        return {str(key): _Order(str(order), customer, size) for key, order, customer, size in rows}

    def _read(self, ids: Collection[str]) -> None:
        """Ask board after board for the items that none before it had."""
        for context in self._contexts:
            reader = BoardReader(context.api, context.board, self._facts[context.board.board_id].items.items_count)
            for item_id, item in reader.by_ids(set(ids) - self._items.keys()).items():
                self._items[item_id], self._home[item_id] = item, context

    def _whereabouts(self, ids: Collection[str]) -> Mapping[str, Whereabouts]:
        first = self._contexts[0]
        return first.api.where(first.board, sorted(ids)) if ids else {}

    def _doubt(self, claim: Claim, item: BoardItem) -> LeftClaim | None:
        board = self._home[item.id].board
        keys, order = KeyReader(board), self._orders[claim.key]
        mappings = {m.view_column: m for m in board.items}
        texts: dict[str, str | None] = {}
        for column in keys.columns:
            try:
                texts[column] = shown(mappings[column], order.key_values[column])
            except ValueRejectedError:
                texts[column] = None  # what the column cannot show is not on the board
        wanted, has = keys.of_texts(texts), keys.of_item(item)
        if wanted == has:
            return None
        return left(claim, OTHER_KEY, f"item {item.id} has the key {_told(has)}, the row has {_told(wanted)}")

    # -- what the ledger learns ---------------------------------------------------------------------------------------

    def _write(
        self, context: Context, believed: Sequence[tuple[Claim, BoardItem]], homes: Mapping[Claim, Context]
    ) -> str | None:
        """Link the rows whose items lie on a board: all of them, or none. The run's id; ``None``: there are none."""
        mine = [(claim, item) for claim, item in believed if homes[claim] is context]
        if not mine:
            return None
        mapping, batch_id = columns_of_board(context.board), uuid.uuid4().hex
        with running(context, KIND) as state:
            rows, attempts = list[LedgerRow](), list[Attempt]()
            for position, (claim, item) in enumerate(mine):
                before = self._known[claim.level].get(claim.key)
                row = replace(
                    self._start(claim, before), board_id=context.board.board_id, left_as=None, left_at=None,
                    mapping=mapping[claim.level].mapping, run_id=state.run_id,
                )  # fmt: skip
                rows.append(adopt(row, item, context.board))
                attempts.append(_attempt(context, claim, rows[-1], before, (state.run_id, batch_id, position)))
            context.ledger.write(rows, attempts)
        return state.run_id

    def _start(self, claim: Claim, before: LedgerRow | None) -> LedgerRow:
        if before is not None:
            return before
        row = (self._orders if claim.level is Level.ITEM else self._lines)[claim.key]
        return LedgerRow(claim.level, claim.key, row.order_key, row.customer_name, row.name)

    # -- whether the board shows what the database has ---------------------------------------------------------------

    def _compared(
        self, result: TakenOver, pairs: Sequence[tuple[Claim, BoardItem]], parents: Mapping[str, BoardItem]
    ) -> TakenOver:
        counts, examples, compared, differing = Counter[str](), list[FieldDifference](), 0, 0
        for context in self._contexts:
            source = read_source(context.ledger, context.board)
            rows: dict[Address, SourceRow] = {(r.level, r.key): r for r in (*source.items, *source.subitems)}
            titles = {group.id: group.title for group in self._facts[context.board.board_id].items.groups}
            for claim, item in pairs:
                parent = item if claim.level is Level.ITEM else parents.get(claim.order_key)
                row = rows.get((claim.level, claim.key))
                if row is None or parent is None or self._home[parent.id] is not context:
                    continue
                found = differences(row, item, mappings_of(context.board, row.level), titles.get(item.group_id or ""))
                compared, differing = compared + 1, differing + bool(found)
                counts.update(one.column for one in found)
                examples += found[: max(0, _EXAMPLES - len(examples))]
        return replace(
            result, compared=compared, differing=differing, differences=dict(counts.most_common()),
            examples=tuple(examples),
        )  # fmt: skip


def _attempt(
    context: Context, claim: Claim, row: LedgerRow, before: LedgerRow | None, place: tuple[str, str, int]
) -> Attempt:
    now, (run_id, batch_id, position) = context.clock(), place
    return Attempt(
        batch_id=batch_id, position=position, run_id=run_id, board_id=context.board.board_id, level=row.level,
        row_key=row.key, order_key=row.order_key, customer_name=row.customer_name, kind=_ATTEMPT, operation="{}",
        row_hash=None, row_before=before.to_json() if before else None, desired=dict(row.confirmed), created_at=now,
        outcome=AttemptOutcome.NO_CALL, item_id=row.monday_id, completed_at=now, message=claim.evidence or None,
    )  # fmt: skip


def _told(key: Iterable[str | None]) -> str:
    return " / ".join(text or "-" for text in key)
