"""The take-over, from wherever it was left: archive, rename aside, build, read the ids."""

from __future__ import annotations

import csv
import io
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import monday_sync
from console import counted, needed, private_folder, say, write_private
from loader import workbooks_in
from monday_sync import FieldDifference, LeftClaim
from operations.breaking_off import Step, breaking_off
from operations.cutover.context import Context
from operations.cutover.take_over import rename
from operations.cutover.take_over.foreign import BUILT, DONE, TAKE_OVER, Progress, is_log, pending, progress
from operations.cutover.take_over.look import Plan, plan
from operations.cutover.take_over.match import Found
from operations.cutover.take_over.read import BESIDE, read_claims, unfollowed
from operations.errors import ConfirmationNeededError, RefusedStepError
from operations.log import Entry
from operations.names import BEFORE
from pipeline import RunOptions, RunReport, Status, run

PROD = "prod"
REPORTS = Path("data/reports/cutover")
_AGAIN = "Then run `cutover take-over` again: it goes on from here. `cutover take-over --undo` goes back."
#: What builds our relations once their names are free.
Build = Callable[[Context], str]


@dataclass(frozen=True, slots=True)
class Result:
    """What was taken over.

    Args:
        renamed: names, each with what the relation is called now.
        archive: where the tables are, at ``places``.
        build: the pipeline's run.
        items, subitems: linked now; ``already`` were before.
        states: rows by the state that each relation had them in.
        left: ids that were not followed, each with its reason; all of them stand in ``listing``.
        compared, differing: linked rows held against the board field by field; ``differences`` counts by column.
        rights: who was given which right on what was renamed: our relations do not have it.
        readers: what in the database names a relation, and reads ours from now on.
        retire: names for operations/retire.yml.
    """

    target: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    archive: str | None = None
    places: tuple[str, ...] = ()
    build: str = ""
    items: int = 0
    subitems: int = 0
    already: int = 0
    states: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    left: tuple[LeftClaim, ...] = ()
    listing: str | None = None
    compared: int = 0
    differing: int = 0
    differences: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[FieldDifference, ...] = ()
    rights: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    retire: tuple[str, ...] = ()
    nothing: bool = False

    @property
    def reasons(self) -> Mapping[str, int]:
        """Why ids were not followed, counted."""
        return dict(Counter(one.reason for one in self.left).most_common())

    @property
    def well(self) -> bool:
        """Whether every id was followed."""
        return not self.left


def build_with(source: str) -> Build:
    """Land the workbooks of ``source`` and build, as a run does before it pushes."""

    def build(context: Context) -> str:
        report: RunReport = run(context.warehouse, RunOptions(source=source, only=("load", "transform")))
        failed = [stage for stage in report.stages if stage.status is Status.FAILED]
        if failed:
            raise RefusedStepError(
                f"Our relations could not be built: {failed[0].message}", hint=f"Correct what it names. {_AGAIN}"
            )
        return report.run_id

    return build


def take_over(
    context: Context, *, yes: int | None = None, source: str = "data/workbooks", build: Build | None = None
) -> Result:  # fmt: skip
    """Take everything over that stands under our names, or go on with it. Killed anywhere, the same command goes on.

    Args:
        yes: on target prod, the number of relations that are renamed.
        source: the workbooks to build from.
        build: makes our relations; the pipeline when ``None``.

    Raises:
        LockHeldError: a run is at work.
        ConfirmationNeededError: on prod, without the number.
        ConfigurationError: a board, its token or the workbooks are not as they have to be.
        RefusedStepError, NotRestoredError, SyncError: a step could not be done; what it was and the way on.
    """
    with context.warehouse.lock():
        planned = plan(context)
        if planned.nothing_to_do:
            return Result(context.warehouse.target.name, nothing=True)
        _refuse(planned, yes)

        def broke_off(why: str) -> None:
            context.log.write(Entry(TAKE_OVER, context.warehouse.target.name, "failed", why, at=context.now()))

        with breaking_off(broke_off) as step:
            # what would stop it half-way is known before anything is renamed
            monday_sync.ask_boards(context.warehouse.target)
            if build is None and (planned.asides or planned.step != BUILT):
                workbooks_in(source, context.project_dir)
            return _go_on(context, planned, build or build_with(source), step)


def _refuse(planned: Plan, yes: int | None) -> None:
    if any(is_log(one.name) for one in planned.asides) or planned.obstacles:
        raise RefusedStepError(" ".join(planned.obstacles), hint="Then run `cutover take-over` again.")
    if planned.target == PROD and planned.asides and yes != len(planned.asides):
        raise ConfirmationNeededError(
            f"This renames {counted(len(planned.asides), 'relation')} of target {PROD}: "
            f"{', '.join(one.name for one in planned.asides)}.",
            hint=f"Look at it with --dry-run, then give --yes {len(planned.asides)} if that is what you want.",
        )


def _go_on(context: Context, planned: Plan, build: Build, step: Step) -> Result:
    at = progress(context)
    began, target = time.monotonic(), context.warehouse.target.name
    if planned.asides:
        rename.try_rename(context, [one.name for one in planned.asides])
        manifest = rename.archive(context, planned.asides)
        rename.set_aside(context, planned.asides, manifest, at.relations, began)
        say(f"{counted(len(planned.asides), 'relation')} renamed aside.")
    step.begun = True
    if planned.asides or at.step != BUILT:
        run_id = build(context)
        if foreign := pending(context):
            raise RefusedStepError(
                f"{', '.join(foreign)} came to be under our names meanwhile.", hint=f"See who makes them. {_AGAIN}"
            )
        context.log.write(
            Entry(TAKE_OVER, target, "begun", "our relations were built", after=BUILT, evidence={"run": run_id},
                  at=context.now())
        )  # fmt: skip
    return _read_ids(context, progress(context), began)


def _read_ids(context: Context, at: Progress, began: float) -> Result:
    target = context.warehouse.target
    tables = [one.aside for one in at.relations if one.kind == "table"]
    say("reading board ids ...")
    found = read_claims(context, [*tables, *BESIDE])
    taken = monday_sync.take_over(target, [claim for one in found for claim in one.claims])
    left = (*unfollowed(found), *taken.left)
    archives = dict.fromkeys(one.archive for one in at.relations if one.archive)
    result = Result(
        target=target.name,
        renamed={one.name: one.aside for one in at.relations},
        archive=", ".join(archives) or None,
        places=tuple(shelf.label for shelf in context.shelves) if archives else (),
        build=str((at.evidence or {}).get("run", "")),
        items=taken.items, subitems=taken.subitems, already=taken.already,
        states={one.relation: dict(one.states) for one in found if one.states},
        left=left,
        listing=_listing(context, left),
        compared=taken.compared, differing=taken.differing, differences=taken.differences, examples=taken.examples,
        rights=tuple(f"{one.name}: {right}" for one in at.relations for right in one.rights),
        readers=tuple(f"{use} reads {one.name}" for one in at.relations for use in one.uses),
        retire=_retire(at, found),
    )  # fmt: skip
    context.log.write(Entry(
        TAKE_OVER, target.name, "done", _told(result), after=DONE, seconds=time.monotonic() - began,
        evidence=_evidence(result, taken.run_ids, found), at=context.now(),
    ))  # fmt: skip
    return result


def _retire(at: Progress, found: Sequence[Found]) -> tuple[str, ...]:
    beside = [one.relation for one in found if not one.relation.endswith(BEFORE)]
    return (*(one.aside for one in at.relations if one.kind == "table"), *beside)


def _told(result: Result) -> str:
    linked = f"{counted(result.items, 'item')} and {counted(result.subitems, 'subitem')} linked"
    before = f", {result.already:,} were linked before" if result.already else ""
    left = f"{counted(len(result.left), 'id')} not followed" if result.left else "every id followed"
    return f"{linked}{before}; {left}"


def _evidence(result: Result, runs: Sequence[str], found: Sequence[Found]) -> Mapping[str, object]:
    return {
        "runs": list(runs), "items": result.items, "subitems": result.subitems, "already": result.already,
        "left": dict(result.reasons), "listing": result.listing, "states": result.states,
        "read": {one.relation: {"rows": one.rows, "without_id": one.without_id} for one in found},
        "compared": result.compared, "differing": result.differing, "differences": result.differences,
    }  # fmt: skip


def _listing(context: Context, left: Sequence[LeftClaim]) -> str | None:
    """Write down every id that was not followed; the file's path within the project."""
    if not left:
        return None
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("level", "key", "monday_id", "reason", "message", "from"))
    writer.writerows((o.level, o.key, o.monday_id, o.reason, o.message, o.evidence) for o in left)
    path = REPORTS / f"take-over-{context.now():%Y%m%dT%H%M%SZ}.csv"
    with needed("The list of ids that were not followed cannot be written"):
        private_folder(context.project_dir / REPORTS)
        write_private(context.project_dir / path, text.getvalue())
    return path.as_posix()
