"""``maintenance verify``: the audit with backups, retirements and the last run beside it, and one verdict of all."""

from __future__ import annotations

from dataclasses import replace

from operations.audit import Audit, Check, Grid, Section, Verdict, audit
from operations.backup import BROUGHT_BACK, CHECKED, TAKEN, records
from operations.retirement import Context, State, overdue, plan
from pipeline import finished_runs

_SHOWN = 20


def verify(context: Context) -> Audit:
    """Look at everything; nothing is changed. It is well when every check that had something to look at passed."""
    found = audit(context.warehouse, ())
    return replace(found, sections=(_backups(context), _retirements(context), _runs(context), *found.sections))


def _backups(context: Context) -> Section:
    log, days = context.log, context.policy.verified_within_days
    taken = records(log)
    stale = overdue(context)
    checks = [
        Check(
            f"a backup was restored on trial within {days} days", Verdict.FAILED if stale else Verdict.PASSED,
            int(bool(stale)), len(taken), stale or "",
            "Run `maintenance backup` and `maintenance restore --check`." if stale else "",
        )
    ]  # fmt: skip
    if taken:
        lacking = len(context.shelves) - len(taken[0].places)
        hint = "See data/BACKUP_LOG.md, correct the place, and back up anew." if lacking > 0 else ""
        checks.append(Check(
            "every place took the last backup", Verdict.FAILED if lacking > 0 else Verdict.PASSED, max(lacking, 0),
            len(context.shelves), hint=hint,
        ))  # fmt: skip
    trials = log.entries(action=CHECKED, last=1)
    if trials:
        whole = trials[0].evidence.get("verdict") == "done"
        checks.append(Check(
            "the last trial found the backup whole at every place", Verdict.PASSED if whole else Verdict.FAILED,
            int(not whole), len(context.shelves), "" if whole else trials[0].message,
            "" if whole else "Correct the place, and back up anew.",
        ))  # fmt: skip
    drills = [entry for entry in log.entries() if entry.action in {TAKEN, CHECKED, BROUGHT_BACK}][:_SHOWN]
    rows = tuple(
        (f"{e.at:%Y-%m-%d %H:%M}" if e.at else None, e.action, e.subject, e.outcome, e.evidence.get("rows"), e.message)
        for e in drills
    )
    headers = ("when (UTC)", "what", "archive", "outcome", "rows", "message")
    return Section("backups", tuple(checks), (Grid("Backups and drills", headers, rows),) if rows else ())


def _retirements(context: Context) -> Section:
    planned = plan(context)
    under_way = [one for one in planned if one.state is not State.DROPPED]
    verdict = Verdict.NOTHING if not planned else Verdict.NOTE if under_way else Verdict.PASSED
    check = Check(
        "every table that is to go is gone", verdict, len(under_way), len(planned),
        hint="`maintenance plan` shows the next step of each." if under_way else "",
        columns=("table", "state"), examples=tuple((one.table, one.state.value) for one in under_way[:_SHOWN]),
    )  # fmt: skip
    rows = tuple((one.table, one.state.value, one.why, one.owner, one.reason, one.last) for one in planned)
    headers = ("table", "state", "why", "owner", "not yet", "last")
    return Section("retirements", (check,), (Grid("Tables that go", headers, rows),) if rows else ())


def _runs(context: Context) -> Section:
    runs = sorted(finished_runs(context.warehouse), key=lambda run: run.ended_at)
    last = runs[-1] if runs else None
    verdict = Verdict.NOTHING if last is None else Verdict.PASSED if last.went_through else Verdict.FAILED
    name = "the last run went through" if last is None else f"the last run, {last.run_id}, went through"
    said = last.text.splitlines()[0] if last and last.text else ""
    return Section("runs", (Check(
        name, verdict, int(verdict is Verdict.FAILED), len(runs), said,
        "`pipeline status` says what is to do." if verdict is Verdict.FAILED else "",
    ),))  # fmt: skip
