"""``rehearse``: everything from backup to rollback, in a scratch database, against a copy of the board.

Of what is real, tables and board are only read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import monday_sync
from console import say
from operations.backup import check, take
from operations.breaking_off import breaking_off
from operations.cutover.before import links_now
from operations.cutover.day import Day, Laps
from operations.cutover.foreign import examine_copy, foreign_relations, set_aside
from operations.cutover.go import go
from operations.cutover.programs import Programs
from operations.cutover.rehearsal.place import Place, board_like, copy_tables, scratch_place
from operations.cutover.rollback import rollback
from operations.cutover.standing import PREFLIGHT, REHEARSE, Phase
from operations.cutover.trial import clean_up, trial
from operations.errors import NotNowError
from operations.tables import measured
from pipeline import RunOptions
from warehouse import Warehouse

_SHOWN = 20
#: Orders that the rehearsed trial pushes.
LIMIT = 5


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What was rehearsed.

    Args:
        counts: what each part had to do with, by name.
        found: what a person should know, each as a sentence.
        problems: what went wrong, or did not come back.
        seconds: what each part took.
    """

    counts: dict[str, int]
    found: tuple[str, ...]
    problems: tuple[str, ...]
    seconds: dict[str, float]

    @property
    def well(self) -> bool:
        """Whether all of it went through, and came back."""
        return not self.problems


#: Makes the programs for a scratch target.
MakePrograms = Callable[[Warehouse, RunOptions], Programs]


def rehearse(
    day: Day, source: str, *, customer: str | None = None, limit: int = LIMIT, programs: MakePrograms = Programs
) -> Rehearsal:  # fmt: skip
    """Do all of it in a copy, and write down how it went and how long it took.

    Args:
        customer: whose orders the rehearsed trial pushes; ``None``: the first that has some due.

    Raises:
        NotNowError: production has moved over already.
        OrderListError: a part could not be done at all; the log has it.
    """
    standing = day.standing()
    if standing.phase not in {Phase.BEFORE, Phase.ROLLED_BACK}:
        raise NotNowError(f"Too late for a rehearsal: {standing.phase}.", hint="`cutover status` says what is next.")
    laps, counts, found, problems = Laps(), dict[str, int](), list[str](), list[str]()

    def broke_off(why: str) -> None:
        day.write(REHEARSE, "failed", why, seconds=laps.total, counts=counts, laps=laps.seconds)

    # what breaks off in the copy is as good as begun here: what it says of itself is not about what is real
    with breaking_off(broke_off, begun=True):
        _all_of_it(_Stage(day, source, customer, limit, programs, laps, counts, found, problems))
    said = ", ".join(f"{what}: {count:,}" for what, count in counts.items())
    day.write(
        REHEARSE, "failed" if problems else "done", problems[0] if problems else said, seconds=laps.total,
        counts=counts, found=found[:_SHOWN], problems=problems[:_SHOWN], laps=laps.seconds,
    )  # fmt: skip
    return Rehearsal(counts, tuple(found), tuple(problems), laps.seconds)


@dataclass(frozen=True, slots=True)
class _Stage:
    """What the parts of a rehearsal share."""

    real: Day
    source: str
    customer: str | None
    limit: int
    programs: MakePrograms
    laps: Laps
    counts: dict[str, int]
    found: list[str]
    problems: list[str]

    def lap(self, part: str) -> None:
        """A part is over."""
        self.laps.lap(part)
        say(f"{part}: {self.laps.seconds[part]:.1f} s")


def _all_of_it(stage: _Stage) -> None:
    real = stage.real
    with real.programs.boards() as opened:
        snapshot = monday_sync.snapshot(opened)
    stage.lap("read the board")
    with scratch_place(real.context.warehouse.target) as place:
        stage.counts["tables"], stage.counts["rows"] = copy_tables(real.context.warehouse, place)
        stage.lap("copy the tables")
        with board_like(snapshot, place.folder.parent) as items:
            stage.counts["items and subitems"] = items
            stage.lap("copy the board")
            options = RunOptions(source=_absolute(stage.source))
            copy = Day(place.context(real.context), real.rules, stage.programs(place.warehouse, options))
            _steps(stage, place, copy)


def _steps(stage: _Stage, place: Place, copy: Day) -> None:
    context, counts = copy.context, stage.counts
    taken = take(context.warehouse, context.policy)
    checked = check(context.warehouse, context.policy, taken.archive)
    if not checked.complete:
        stage.problems.extend(checked.faults)
    stage.lap("back up and restore")
    if foreign_relations(context):
        counts["tables taken over"] = set_aside(context, _absolute(stage.source))
        stage.lap("take over")
    copy.programs.build()  # the copy has tables only, and the preflight looks at views as well
    stage.lap("build")
    stage.found.extend(examine_copy(context))
    stage.lap("preflight")
    # the copy has a log of its own; that these two are done is what a rehearsal is
    copy.write(PREFLIGHT, "done", "rehearsed")
    copy.write(REHEARSE, "done", "this is it")
    counts["orders tried"] = _trial(stage, copy)
    before = _state(copy)
    due = copy.programs.due()
    went = go(copy, approved_by="the rehearsal", yes=due.records)
    counts["records pushed"] = due.records
    stage.found.append(f"the first run: {went.run.verdict}")
    stage.problems.extend(went.beyond)
    stage.lap("go")
    back = rollback(copy, asked=True)
    counts["runs undone"], counts["tables brought back"] = len(back.runs), len(back.tables)
    stage.problems.extend(back.left)
    stage.lap("rollback")
    stage.problems.extend(f"{what} did not come back as it was" for what in _lost(before, _state(copy)))
    stage.lap("compare")
    if back.incident is None or not (place.folder / back.incident).is_file():
        stage.problems.append(f"there is no incident file {back.incident}")


def _trial(stage: _Stage, copy: Day) -> int:
    customer = stage.customer
    if customer is None:
        customer = next(iter(copy.programs.due().customers), None)
    if customer is None:
        # a rehearsal of the rest all the same: what is due by then is due on the day as well
        stage.found.append("nothing is due, so nothing was tried")
        copy.write("trial", "done", "nothing is due", state="cleaned up")
        return 0
    due = copy.programs.due(customer, stage.limit)
    found = trial(copy, customer, stage.limit, yes=due.records)
    stage.problems.extend(found.problems)
    stage.lap("trial")
    clean_up(copy, asked=True)
    stage.lap("clean up the trial")
    return found.orders


def _state(copy: Day) -> dict[str, Any]:
    """What has to be the same again."""
    with copy.programs.boards() as opened:
        found: Any = monday_sync.snapshot(opened)
    state: dict[str, Any] = {"the ledger": links_now(copy.context)}
    for board in found["boards"]:
        state[f"board {board['id']}"] = (
            sorted(group["title"] for group in board["groups"]),
            sorted((item for item in board.get("items", ())), key=lambda item: str(item["id"])),
        )
    with copy.context.warehouse.session(read_only=True) as session:
        names = [name for name in session.shapes(session.relations()) if name.endswith("_order_list_raw")]
        for name in sorted(names):
            state[f"table {name}"] = measured(session, name)
    return state


def _lost(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [what for what in before if before[what] != after.get(what)]


def _absolute(source: str) -> str:
    return source if source.startswith("az://") else str(Path(source).resolve())
