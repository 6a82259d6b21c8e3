"""``rollback``: schedule, board, ledger and tables go back to what they were before ``go``, or an earlier step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from console import counted, needed, private_folder, say, write_private
from loader import is_raw_table
from monday_sync import RunFacts
from operations.backup import bring_back
from operations.cutover import incident
from operations.cutover.before import Before, differing, figures_now, links_now, read_before
from operations.cutover.day import Day, Laps, figures
from operations.cutover.foreign import taken_relations, undo_take_over
from operations.cutover.standing import BACK_TO, GO, ROLLBACK, TRIAL, Phase
from operations.cutover.trial import CHANGING, on_board, take_back, undo_runs
from operations.errors import ConfirmationNeededError
from operations.log import Entry, Log, person
from pipeline import finished_runs, read_schedule, schedule_line, write_schedule

_SHOWN = 20
#: Runs that nothing takes back: an archived item stays archived, and where an order lies is for the scopes to say.
_ONE_WAY = {"cleanup": "archived what test data had created", "move": "moved orders between the target's boards"}


@dataclass(frozen=True, slots=True)
class Back:
    """What a rollback did.

    Args:
        to: the step before which everything is now.
        runs: runs that were undone on the board.
        rows: items and subitems that they had reached.
        tables: tables that are as they were before ``go``.
        left: what was left as it is, each as a sentence.
        incident: the file for the investigation; ``None``: there was nothing to take back, and nothing was done.
        rescue: the backup of the tables as they were before this rollback.
    """

    to: str
    runs: tuple[str, ...]
    rows: int
    tables: tuple[str, ...]
    left: tuple[str, ...]
    incident: str | None
    rescue: str | None
    seconds: dict[str, float]


def rollback(day: Day, *, to: str = GO, yes: int | None = None, asked: bool = False) -> Back:
    """Go back to what was before a step: ``go``, or the trial and the take-over before it as well.

    What people changed on the board since then is left and listed. One that was killed goes on where it was.

    Args:
        yes: on prod, the number of records on the board that were touched since, as the refusal said it.
        asked: ``go`` calls it by itself.

    Raises:
        RefusedStepError: something could not be taken back yet.
        ConfirmationNeededError: on prod, without its number.
    """
    laps = Laps()
    with day.context.warehouse.lock(), day.breaking_off(ROLLBACK) as step:
        standing = day.standing()
        if standing.rollback is not None:
            step.begun = True
            to = _further(to, str(standing.rollback.evidence["to"]))
        going = standing.go if standing.phase not in {Phase.BEFORE, Phase.ROLLED_BACK} else None
        before = read_before(day.context, str(going.evidence["backup"])) if going else None
        runs = _runs_since(day, before) if before else []
        tried = on_board(day, standing) if _reaches(to, TRIAL) else None
        relations = taken_relations(day.context) if _reaches(to, BACK_TO[-1]) else []
        if going is None and standing.rollback is None and tried is None and not relations:
            return Back(to, (), 0, (), (), None, None, {})
        rows = day.programs.rows([run.run_id for run in runs]) + (tried or 0)
        number = rows + len(relations)
        if day.asks and not asked and standing.rollback is None and (going or number) and yes != number:
            named = f", and give {counted(len(relations), 'relation')} their names back" if relations else ""
            raise ConfirmationNeededError(
                f"The rollback would look at {counted(rows, 'record')} on the board of {day.target} that were touched "
                f"since, and change or archive those that nobody changed meanwhile{named}.",
                hint=f"Run it again with --yes {number}.",
            )
        began = standing.rollback or _begin(day, to, going, rows)
        step.begun = True
        laps.lap("look")
        return _carry_out(day, began, going, before, runs, laps=laps)


def _reaches(to: str, step: str) -> bool:
    return BACK_TO.index(to) >= BACK_TO.index(step)


def _further(one: str, other: str) -> str:
    return max(one, other, key=BACK_TO.index)


def _begin(day: Day, to: str, going: Entry | None, rows: int) -> Entry:
    day.write(
        ROLLBACK, "begun", f"back to before {to}", state=Phase.ROLLING_BACK, to=to, rows=rows,
        go=going.sequence if going else None, before=figures_now(day.context),
    )  # fmt: skip
    return day.context.log.entries(action=ROLLBACK, last=1)[0]


def _runs_since(day: Day, before: Before) -> list[RunFacts]:
    """Runs that changed the board since ``go``, latest first: the ledger of before does not know them."""
    return [run for run in day.programs.runs() if run.kind in CHANGING and run.run_id not in before.runs]


def _carry_out(
    day: Day, began: Entry, going: Entry | None, before: Before | None, runs: Sequence[RunFacts], *, laps: Laps
) -> Back:  # fmt: skip
    to, left, tables, rescue = str(began.evidence["to"]), list[str](), tuple[str, ...](), None
    if going is not None and before is not None:
        left += _schedule_back(day, going)
        laps.lap("schedule")
        say(f"undoing {counted(len(runs), 'run')} on the board ...")
        left += undo_runs(day, list(runs))
        left += [
            f"run {run.run_id} ({run.kind}) {_ONE_WAY[run.kind]}; nothing takes that back"
            for run in day.programs.runs()
            if run.kind in _ONE_WAY and run.run_id not in before.runs
        ]
        laps.lap("board")
        if before.tables:  # to bring back none of them by name would be to bring back all
            brought = bring_back(
                day.context.warehouse, day.context.policy, before.archive, only=before.tables, asked=True
            )  # fmt: skip
            tables, rescue = brought.restored, brought.rescue
            left += brought.faults
        left += before.faults
        laps.lap("tables")
        left += differing(before.links, links_now(day.context))
        left += _new_tables(day, before)
        laps.lap("compare")
    if _reaches(to, TRIAL):
        tried = take_back(day, day.standing())
        left += tried.left if tried else ()
        laps.lap("trial")
    if _reaches(to, BACK_TO[-1]):
        undo_take_over(day.context)
        laps.lap("take-over")
    left = list(dict.fromkeys(left))
    at = day.context.now()
    path = incident.file_name(began.at or at)
    said = f"as before {to}: {counted(len(runs), 'run')} undone, {counted(len(tables), 'table')} brought back"
    said += f", {counted(len(left), 'point')} left" if left else ""
    row = Entry(
        ROLLBACK, day.target, "done", said, after=Phase.ROLLED_BACK, seconds=laps.total, at=at, who=person(),
        evidence={
            "to": to, "go": began.evidence.get("go"), "begun": began.sequence, "runs": [run.run_id for run in runs],
            "tables": tables, "left": left[:_SHOWN], "left_in_all": len(left), "incident": path.as_posix(),
            "rescue": rescue, "laps": laps.seconds, **figures(began.evidence["before"], figures_now(day.context)),
        },
    )  # fmt: skip
    # the file first: killed between the two, the rollback is not over and writes it anew
    _write_incident(day, row, going, left)
    day.context.log.write(row)
    return Back(
        to, tuple(run.run_id for run in runs), int(began.evidence["rows"]), tables, tuple(left), path.as_posix(),
        rescue, laps.seconds,
    )  # fmt: skip


def _schedule_back(day: Day, going: Entry) -> list[str]:
    """Put the line back that stood there; one that somebody changed since is theirs."""
    folder, old = day.context.project_dir, going.evidence["schedule"]
    now = read_schedule(folder)
    if now not in {old, schedule_line(day.target)}:
        return [f"the schedule was changed since and stays as it is: {(now or 'no file').strip()!r}"]
    if now != old:
        write_schedule(folder, old)
    return []


def _new_tables(day: Day, before: Before) -> list[str]:
    """Raw tables that came since: the next load goes on with them."""
    with day.context.warehouse.session(read_only=True) as session:
        names = [name for name in session.relations() if is_raw_table(name)]
    old = {name.lower() for name in before.tables}
    return [f"table {name} came since go and stays" for name in sorted(names) if name.lower() not in old]


def _write_incident(day: Day, row: Entry, going: Entry | None, left: Sequence[str]) -> None:
    since = going.at if going and going.at else dt.datetime.min.replace(tzinfo=dt.UTC)
    context = day.context
    steps = [row, *context.log.entries()]
    steps += [entry for entry in Log(context.warehouse).entries() if entry.at and entry.at >= since]
    runs = [run for run in finished_runs(context.warehouse) if run.ended_at >= since]
    text = incident.render(steps, target=day.target, at=row.at or context.now(), runs=runs, left=left)
    path = context.project_dir / str(row.evidence["incident"])
    with needed(f"The file {path} cannot be written"):
        write_private(private_folder(path.parent) / path.name, text)
