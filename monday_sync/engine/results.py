"""What commands give back: frozen values with counts, computed from rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from console import ExitCode
from monday_sync.domain.causes import Cause
from monday_sync.domain.people import OffBoard
from monday_sync.domain.plan import Duplicate
from monday_sync.domain.undo import LeftField


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of one level in one run. ``skipped`` rows were left alone; each reason is counted by itself."""

    created: int = 0
    updated: int = 0
    moved: int = 0
    confirmed: int = 0
    adopted: int = 0
    archived: int = 0
    failed: int = 0
    out_of_scope: int = 0
    held_back: int = 0
    dead: int = 0
    not_selected: int = 0
    waiting: int = 0
    left: int = 0
    by_mode: int = 0
    shipped: int = 0
    changed_board: int = 0

    @property
    def skipped(self) -> int:
        """Rows left alone because of scope, hold-back or death."""
        return self.out_of_scope + self.held_back + self.dead


@dataclass(frozen=True, slots=True)
class CustomerCounts:
    """What a run did for one customer."""

    customer: str
    items_created: int = 0
    items_updated: int = 0
    items_failed: int = 0
    subitems_created: int = 0
    subitems_updated: int = 0
    subitems_failed: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that failed, and why, as a sentence.

    Args:
        order: its order's key.
        accepted: who accepted it as it is, when and why; ``None``: nobody.
    """

    level: str
    key: str
    customer: str
    name: str
    message: str
    order: str = ""
    accepted: str | None = None


@dataclass(frozen=True, slots=True)
class PushResult:
    """What a push did.

    Args:
        outcome: done, stopped (cleanly, before the end), or failed.
        success_share: rows that reached the board over all that were due, tried or not; 1.0 for none, ``None`` when a
            run stopped before it knew.
        verdict: success, attention or failed, by the board's policy (95 % and 80 %); a run that stopped is no success.
        hook_problem: how the command after the push failed: the run needs attention then.
        causes: why rows failed, were given up or left, each cause once.
        deletes_reported: orders gone from the source whose items were left alone.
        left: due rows that are left alone for what a person did to their item or group. They count as not on the board.
        due: how many rows were due, but for those held back; ``None`` when a run stopped before it knew.
        off_board: orders that are not due, and whose items are not on the board.
        given_up: rows refused as often as the policy allows, in this run or an earlier one. Every run names them, until
            their data change, someone has them tried again, or they are no longer due.
        accepted: rows in error that a person accepted as they are: they count neither as done nor as failed.
        left_fields: of a rollback: what was left as it is, because people changed it since or it cannot go back.
        recovered: operations of an earlier run that were in doubt and are settled now.
        calls: requests to the API; points: complexity points they cost.
    """

    run_id: str
    target: str
    board_id: str
    outcome: str
    groups_created: int
    groups_archived: int
    duplicates_archived: int
    items: Counts
    subitems: Counts
    customers: tuple[CustomerCounts, ...]
    deletes_reported: int
    recovered: int
    duplicates: tuple[Duplicate, ...]
    errors: tuple[Problem, ...]
    given_up: tuple[Problem, ...]
    conflicts: int
    calls: int
    points: int
    seconds: float
    success_share: float | None
    verdict: str
    notes: tuple[str, ...] = ()
    message: str | None = None
    plan_id: str | None = None
    left_fields: tuple[LeftField, ...] = ()
    accepted: tuple[Problem, ...] = ()
    left: tuple[Problem, ...] = ()
    causes: tuple[Cause, ...] = ()
    hook_problem: str | None = None
    due: int | None = None
    off_board: tuple[OffBoard, ...] = ()

    def with_hook_problem(self, problem: str) -> PushResult:
        """The same after the command behind the push failed: no success any more."""
        verdict = "attention" if self.verdict == "success" else self.verdict
        return replace(self, hook_problem=problem, verdict=verdict)

    @property
    def changed(self) -> int:
        """Rows that the run changed on the board."""
        levels = (self.items, self.subitems)
        return (
            self.groups_created
            + self.groups_archived
            + self.duplicates_archived
            + sum(c.created + c.updated + c.archived + c.changed_board for c in levels)
        )

    @property
    def exit_code(self) -> ExitCode:
        """0 all well; 1 something failed, now or for good, was left to people or as it is, or the run stopped early."""
        left = self.left or self.left_fields
        off = any(not one.rests for one in self.off_board)
        held = self.items.held_back + self.subitems.held_back
        well = not (self.errors or self.given_up or left or off or held or self.hook_problem) and self.outcome == "done"
        return ExitCode.OK if well else ExitCode.SOME_FAILED
