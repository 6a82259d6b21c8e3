"""``go``: production moves over. Everything is backed up, the schedule's line changes, and the first run is watched."""

from __future__ import annotations

from dataclasses import dataclass

from console import counted, say
from operations.backup import check, take
from operations.cutover.before import figures_now
from operations.cutover.day import Day, Laps, figures
from operations.cutover.foreign import foreign_relations
from operations.cutover.gate import needs
from operations.cutover.programs import FirstRun, problems
from operations.cutover.rollback import Back, rollback
from operations.cutover.standing import GO, WATCH, Phase
from operations.errors import ConfirmationNeededError, NotNowError, RefusedStepError
from operations.log import Entry
from pipeline import read_schedule, schedule_file, schedule_line, write_schedule

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Went:
    """What ``go`` did.

    Args:
        backup: the archive with everything as it was before.
        beyond: limits that the first run, or the board after it, does not keep; each as a sentence.
        back: the rollback that it did by itself, if asked to.
    """

    target: str
    backup: str
    schedule: str
    run: FirstRun
    beyond: tuple[str, ...]
    seconds: dict[str, float]
    back: Back | None = None

    @property
    def well(self) -> bool:
        """Whether the first run kept all limits."""
        return not self.beyond


def go(day: Day, *, approved_by: str | None, yes: int | None = None, auto_rollback: bool = False) -> Went:
    """Move production over, and watch the first run to its end. One that was killed goes on where it was.

    Nothing is rolled back by itself unless ``auto_rollback``.

    Raises:
        NotNowError: a step before it is missing, too old or did not pass; or it is done already.
        RefusedStepError: the backup did not restore; nothing was changed.
        ConfirmationNeededError: on prod, without the number of records that the first push would touch.
    """
    laps = Laps()
    with day.context.warehouse.lock():
        with day.breaking_off(GO) as step:
            standing = day.standing()
            if standing.phase in {Phase.LIVE, Phase.ROLLING_BACK}:
                hint = "`cutover rollback` goes on with it." if standing.rollback else "`cutover rollback` goes back."
                raise NotNowError(f"Nothing to do: {day.target} is {standing.phase}.", hint=hint)
            resumed = standing.go if standing.phase in {Phase.GOING, Phase.BEYOND} else None
            step.begun = resumed is not None
            if resumed is None:
                _require(day, approved_by)
            due = day.programs.due()
            laps.lap("plan")
            if day.asks and yes != due.records:
                raise ConfirmationNeededError(
                    f"The first push would touch {counted(due.records, 'record')} on the board of {day.target}.",
                    hint=f"Look at `monday-sync plan --target {day.target}`, then run it again with "
                    f"--yes {due.records}.",
                )
            begun = resumed or _begin(day, str(approved_by), due.records, laps)
            step.begun = True
            run, beyond = _first_run(day, due.confirm, laps)
            after = Phase.BEYOND if beyond else Phase.LIVE
            said = f"production is {day.target}" + (f"; {beyond[0]}" if beyond else f"; {run.verdict}")
            day.write(
                GO, "failed" if beyond else "done", said, state=after, seconds=laps.total, go=begun.sequence,
                backup=begun.evidence["backup"], run=run.run_id, beyond=beyond[:_SHOWN], laps=laps.seconds,
                **figures(begun.evidence["before"], figures_now(day.context)),
            )  # fmt: skip
        back = rollback(day, asked=True) if beyond and auto_rollback else None
    return Went(
        day.target, str(begun.evidence["backup"]), str(schedule_file(day.context.project_dir)), run, tuple(beyond),
        laps.seconds, back,
    )  # fmt: skip


def _require(day: Day, approved_by: str | None) -> None:
    """Refuse with all that is lacking, in one list."""
    foreign = foreign_relations(day.context)
    standing, context = day.standing(), day.context
    found = needs(standing, day.backup(), day.rules, context.policy, now=context.now(), foreign=foreign)
    lacking = [need.sentence for need in found if need.lacking]
    if not (approved_by or "").strip():
        lacking.append("nobody approved it (`--approved-by <name>`)")
    if lacking:
        said = f"Not yet: {'; '.join(lacking)}."
        day.write(GO, "refused", said, approved_by=approved_by)
        raise NotNowError(said, hint="`cutover status` lists the steps with their ages.")


def _begin(day: Day, approved_by: str, records: int, laps: Laps) -> Entry:
    context = day.context
    schedule = read_schedule(context.project_dir)  # first: one that cannot be read costs no backup
    say("backing up everything as it is before ...")
    taken = take(context.warehouse, context.policy, everything=True)
    laps.lap("back up")
    checked = check(context.warehouse, context.policy, taken.archive)
    laps.lap("restore on trial")
    if not checked.complete:
        raise RefusedStepError(
            f"The backup {taken.archive} did not restore: {'; '.join(checked.faults[:3])}",
            hint="Nothing was changed. Correct the places in operations/backup.yml.",
        )
    runs = day.programs.runs()
    day.write(
        GO, "begun", f"approved by {approved_by}", state=Phase.GOING, approved_by=approved_by, backup=taken.archive,
        schedule=schedule, last_sync_run=runs[0].run_id if runs else None,
        records=records, before=figures_now(context),
    )  # fmt: skip
    laps.lap("note")
    return day.context.log.entries(action=GO, last=1)[0]


def _first_run(day: Day, confirm: int, laps: Laps) -> tuple[FirstRun, list[str]]:
    """Change the schedule, run once, and hold the run and the board against the limits."""
    write_schedule(day.context.project_dir, schedule_line(day.target))
    say(f"the schedule names {day.target} now; the first run begins ...")
    run = day.programs.run(confirm)
    laps.lap("first run")
    beyond = judged(run, day)
    differences = problems(day.programs.compare())
    laps.lap("compare")
    limit = day.rules.watch.differences
    if len(differences) > limit:
        beyond.append(f"{len(differences):,} differences between board and database (at most {limit}): "
                      f"{differences[0]}")  # fmt: skip
    day.write(
        WATCH, "failed" if beyond else "done", beyond[0] if beyond else run.verdict, seconds=run.seconds,
        run=run.run_id, status=run.status, records=run.records, failed=run.failed, held=run.held,
        changes=run.changes, differences=differences[:_SHOWN], beyond=beyond,
    )  # fmt: skip
    return run, beyond


def judged(run: FirstRun, day: Day) -> list[str]:
    """Which limits a run does not keep."""
    watch, beyond = day.rules.watch, list[str]()
    allowed = {"ok"} if watch.verdict == "ok" else {"ok", "attention"}
    if run.status not in allowed:
        beyond.append(f"the first run ended {run.status}: {run.verdict}")
    if not run.records:
        beyond.append("the first run had no order and no line in hand, so nothing says that it is well")
    for what, count, limit in (("in error", run.failed, watch.failed_share), ("held back", run.held, watch.held_share)):
        share = count / run.records if run.records else float(count > 0)
        if share > limit:
            beyond.append(f"{count:,} of {counted(run.records, 'record')} {what} ({share:.1%}; at most {limit:.1%})")
    return beyond
