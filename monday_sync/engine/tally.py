"""Counts rows while a run goes on, and makes its result of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from monday_sync.domain.acceptance import Acceptance, age_of
from monday_sync.domain.board import Policy
from monday_sync.domain.causes import Cause, causes
from monday_sync.domain.plan import Action, Duplicate, Plan, Step
from monday_sync.domain.rows import Address, Level
from monday_sync.domain.selection import Skip
from monday_sync.domain.source import SourceRow
from monday_sync.domain.state import Outcome
from monday_sync.domain.undo import LeftField
from monday_sync.engine.execution.settle import (
    ARCHIVE,
    ARCHIVE_GROUP,
    CHANGE,
    CREATE,
    GROUP,
    MOVE,
    MOVE_BOARD,
    Settled,
)
from monday_sync.engine.results import Counts, CustomerCounts, Problem, PushResult

_PROBLEMS_LISTED = 200
#: The kind of a row that was left alone for what a person did.
LEFT = "left"
_COUNTED = {CREATE: "created", CHANGE: "updated", MOVE: "moved", ARCHIVE: "archived", MOVE_BOARD: "changed_board"}


@dataclass(slots=True)
class Tally:
    """Counts while a run goes on."""

    steps: Mapping[tuple[Level, str], Step] = field(default_factory=dict)
    counts: Counter[tuple[Level, str]] = field(default_factory=Counter)
    customers: Counter[tuple[str, Level, str]] = field(default_factory=Counter)
    errors: list[Problem] = field(default_factory=list)
    given_up: list[Problem] = field(default_factory=list)
    left: list[Problem] = field(default_factory=list)
    ok: int = 0
    #: rows of the database among those that are ok
    reached: int = 0
    #: found out on the way, beside what the plan says
    duplicates: list[Duplicate] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: of a run without a plan: order keys to the numbers that people know
    order_numbers: Mapping[str, str] = field(default_factory=dict)
    #: of a rollback
    left_fields: list[LeftField] = field(default_factory=list)
    acceptances: Mapping[Address, Acceptance] = field(default_factory=dict)
    accepted: list[tuple[Problem, Acceptance]] = field(default_factory=list)

    def settled(self, settled: Settled) -> None:
        """Count a row whose outcome is known."""
        step = self.steps.get((settled.level, settled.key))
        customer = step.row.customer_name if step else (settled.row.customer_name or "" if settled.row else "")
        name = step.row.name if step else (settled.row.item_name or "" if settled.row else settled.key)
        dead = settled.row is not None and settled.row.state.outcome is Outcome.DEAD
        order = step.row.order_key if step else (settled.row.order_key if settled.row else "")
        self.row(settled.level, settled.key, customer=customer, name=name, kinds=settled.kinds,
                 message=settled.message or settled.misfit or "", ok=settled.ok, dead=dead,
                 misfit=settled.misfit is not None, order=order)  # fmt: skip

    def row(
        self, level: Level, key: str, *, customer: str, name: str, kinds: frozenset[str], message: str,
        ok: bool, dead: bool = False, misfit: bool = False, order: str = "",
    ) -> None:  # fmt: skip
        """Count a row. One with a ``misfit`` is done but for single values, and counts as failed as well."""
        if LEFT in kinds:
            self.counts[level, LEFT] += 1
            self.left.append(Problem(level.value, key, customer, name, message, order))
            return
        if not ok or misfit:
            self._failed(Problem(level.value, key, customer, name, message, order), dead=dead)
            if not misfit:
                return
        self.ok += not misfit
        self.reached += level.has_rows and not misfit
        for kind in kinds:
            self.counts[level, _COUNTED.get(kind, kind)] += 1
        if CREATE in kinds:
            self.customers[customer, level, "created"] += 1
        elif kinds & {CHANGE, MOVE}:
            self.customers[customer, level, "updated"] += 1
            if CHANGE not in kinds:
                self.counts[level, "updated"] += 1

    def _failed(self, problem: Problem, *, dead: bool) -> None:
        level = Level(problem.level)
        step, acceptance = self.steps.get((level, problem.key)), self.acceptances.get((level, problem.key))
        if step is not None and acceptance is not None and acceptance.board_hash == step.row.board_hash:
            self.accepted.append((problem, acceptance))
            return
        self.counts[level, "failed"] += 1
        self.customers[problem.customer, level, "failed"] += 1
        self.errors.append(problem)
        if dead:
            self.given_up.append(problem)

    def level(self, level: Level, plan: Plan | None) -> Counts:
        """The counts of one level."""
        of = {name: self.counts[level, name] for name in ("created", "updated", "moved", "archived", "failed",
                                                          "confirmed", "changed_board")}  # fmt: skip
        skipped = plan.skipped if plan else {}
        return Counts(
            **of,
            adopted=sum(1 for s in plan.steps if s.level is level and s.adopted) if plan else 0,
            out_of_scope=skipped.get((level, Skip.OUT_OF_SCOPE), 0),
            held_back=skipped.get((level, Skip.HELD_BACK), 0),
            dead=skipped.get((level, Skip.DEAD), 0),
            not_selected=skipped.get((level, Skip.NOT_SELECTED), 0),
            waiting=skipped.get((level, Skip.WAITS_FOR_ITEM), 0),
            left=skipped.get((level, Skip.LEFT), 0),
            by_mode=skipped.get((level, Skip.MODE), 0),
            shipped=skipped.get((level, Skip.SHIPPED), 0),
        )

    def by_customer(self) -> tuple[CustomerCounts, ...]:
        """The counts of each customer, by name."""
        found: dict[str, dict[str, int]] = {}
        for (customer, level, what), count in self.customers.items():
            if customer and level is not Level.GROUP:
                found.setdefault(customer, {})[f"{level.value}s_{what}"] = count
        return tuple(CustomerCounts(customer, **counts) for customer, counts in sorted(found.items()))

    def result(
        self, *, run_id: str, target: str, policy: Policy, plan: Plan | None, outcome: str, message: str | None,
        recovered: int, calls: int, points: int, seconds: float, board_id: str, now: dt.datetime,
    ) -> PushResult:  # fmt: skip
        """The counts as a result."""
        earlier: list[Problem] = []
        accepted = list(self.accepted)
        for row in plan.given_up if plan else ():
            acceptance = self.acceptances.get((row.level, row.key))
            if acceptance is not None and acceptance.covers(row.ledger):
                accepted.append((_given_up(row, now), acceptance))
            else:
                earlier.append(_given_up(row, now))
        due, share = self._share(plan, len(earlier), outcome, [problem for problem, _ in accepted])
        off_board = plan.off_board if plan else ()
        held = any(why is Skip.HELD_BACK and count for (_, why), count in plan.skipped.items()) if plan else False
        well = not held and not self.left_fields and all(one.rests for one in off_board)
        verdict = _verdict(share, policy, outcome, well=well)
        given_up = [*self.given_up, *earlier]
        return PushResult(
            run_id=run_id, target=target, board_id=board_id, outcome=outcome, message=message,
            groups_created=self.counts[Level.GROUP, GROUP],
            groups_archived=self.counts[Level.GROUP, ARCHIVE_GROUP],
            duplicates_archived=self.counts[Level.UNLINKED, "archived"], items=self.level(Level.ITEM, plan),
            subitems=self.level(Level.SUBITEM, plan), customers=self.by_customer(),
            deletes_reported=len(plan.deleted) if plan else 0, recovered=recovered,
            duplicates=(*(plan.duplicates if plan else ()), *self.duplicates),
            errors=tuple(self.errors[:_PROBLEMS_LISTED]),
            given_up=tuple(given_up[:_PROBLEMS_LISTED]),
            conflicts=sum(1 for s in plan.steps for c in s.changes if c.conflict) if plan else 0,
            calls=calls, points=points, seconds=round(seconds, 3), success_share=share, verdict=verdict,
            notes=(*(plan.notes if plan else ()), *self.notes), plan_id=plan.plan_id if plan else None,
            left_fields=tuple(self.left_fields),
            accepted=tuple(replace(p, accepted=a.told(now)) for p, a in accepted[:_PROBLEMS_LISTED]),
            left=tuple(self.left[:_PROBLEMS_LISTED]), due=due, off_board=off_board,
            causes=_causes(self.errors, given_up, self.left, plan.order_numbers if plan else self.order_numbers),
        )  # fmt: skip

    def _share(
        self, plan: Plan | None, earlier: int, outcome: str, accepted: Sequence[Problem]
    ) -> tuple[int | None, float | None]:  # fmt: skip
        """How many rows were due, and the part of them that reached the board.

        Those that the run did not come to are due as well. What is accepted as it is counts neither way, nor do new
        lines of an item that is.
        """
        if plan is None:
            due = self.ok + len(self.errors) + len(self.left)
            return (due, self.ok / due) if due else _nothing_due(outcome)
        rows = {(p.level, p.key) for p in accepted}
        orders = {p.key for p in accepted if p.level == Level.ITEM.value}
        steps = sum(
            1
            for s in plan.steps
            if (s.level.value, s.row.key) not in rows
            and not (s.level is Level.SUBITEM and s.action is Action.CREATE and s.row.order_key in orders)
        )
        waiting = sum(lines for order, lines in plan.waiting.items() if order not in orders)
        due = max(steps + waiting + earlier, self.reached)
        return (due, self.reached / due) if due else _nothing_due(outcome)


def _nothing_due(outcome: str) -> tuple[int | None, float | None]:
    return (0, 1.0) if outcome == "done" else (None, None)


def _verdict(share: float | None, policy: Policy, outcome: str, *, well: bool) -> str:
    if outcome == "failed" or (share is not None and share < policy.attention_share):
        return "failed"
    well = well and share is not None and share >= policy.success_share and outcome == "done"
    return "success" if well else "attention"


def _causes(
    failed: Sequence[Problem], given_up: Sequence[Problem], left: Sequence[Problem], numbers: Mapping[str, str]
) -> tuple[Cause, ...]:  # fmt: skip
    """Each cause once; a row that is given up stands there only, and not among those that failed."""
    doomed = {(p.level, p.key) for p in given_up}
    kinds = (
        ("failed", [p for p in failed if (p.level, p.key) not in doomed]), ("given up", given_up), ("left", left),
    )  # fmt: skip
    return tuple(
        cause
        for kind, problems in kinds
        for cause in causes(kind, ((p.order or p.key, p.message) for p in problems), lambda key: numbers.get(key, key))
    )


def _given_up(row: SourceRow, now: dt.datetime) -> Problem:
    """A row that an earlier run gave up, with its age and the board's last word."""
    known = row.ledger
    at = known.attempted_at if known else None
    since, age = ("an unknown day", "") if at is None else (f"{at:%Y-%m-%d}", f" ({age_of(at, now)} ago)")
    why = (known.error_message if known else None) or "no reason recorded"
    tries = known.state.retries if known else 0
    message = f"given up on {since} after {tries} attempts: {why}{age}"
    return Problem(row.level.value, row.key, row.customer_name, row.name, message, row.order_key)
