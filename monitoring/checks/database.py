"""Of what keeps the database: backups, trials of them, tables that are retired. All by ``maintenance_log``."""

from __future__ import annotations

from monitoring.model import Bars, Check

_LOG, _RUNS = ("maintenance_log",), ("pipeline_runs",)


def _last(column: str, which: str) -> str:
    """The last entry of the log, as ``e``, of each action or subject, of those entries ``n`` that count."""
    return (
        f"from {{maintenance_log}} e join (select n.{column}, max(n.entry_seq) as entry_seq "
        f"from {{maintenance_log}} n where {which} group by n.{column}) m "
        f"on m.{column} = e.{column} and m.entry_seq = e.entry_seq"
    )


#: By the number of the entry: clocks are set back. What was never done counts from when it could first have been.
_LAST_DONE = (
    "select '', '', coalesce(max(e.written_at), max(f.first_at)), case when max(e.written_at) is null and "
    "max(f.first_at) is not null then '{1}' else '' end from (select min({2}) as first_at from {3}) f "
    "left join {{maintenance_log}} e on e.entry_seq = ("
    "select max(n.entry_seq) from {{maintenance_log}} n where n.action = '{0}' and n.outcome = 'done')"
)
_NEVER_TAKEN = "none was ever taken: counted from the first run"

DATABASE: tuple[Check, ...] = (
    Check(
        "backup_age", "Hours since the last backup", "hours", Bars(attention=48, failed=168), age="hours",
        command="maintenance backup",
        sql=_LAST_DONE.format("backup", _NEVER_TAKEN, "r.started_at", "{pipeline_runs} r"),
        otherwise=(f"select '', '', min(r.started_at), '{_NEVER_TAKEN}' from {{pipeline_runs}} r", _RUNS),
        relations=(*_LOG, *_RUNS),
    ),
    Check(
        "restore_age", "Days since a backup was restored on trial", "days", Bars(attention=7, failed=30), age="days",
        command="maintenance restore --check",
        sql=_LAST_DONE.format(
            "backup check", "none was ever restored: counted from the first backup", "b.written_at",
            "{maintenance_log} b where b.action = 'backup' and b.outcome = 'done'",
        ),
        relations=_LOG,
    ),
    Check(
        "backups_failing", "Backups, or trials of them, that failed", "steps", Bars(failed=0), subject="step",
        zero_if_empty=True, command="maintenance verify",
        sql="select e.action, '', 1, e.message "
        + _last("action", "n.action in ('backup', 'backup check') and n.outcome <> 'begun'")
        + " where e.outcome <> 'done'",
        relations=_LOG,
    ),
    Check(
        "retirements_due", "Days that a table waits to be dropped", "days", Bars(attention=14), subject="table",
        age="days", zero_if_empty=True, command="maintenance plan",
        sql="select e.subject, '', e.written_at, concat('is ', e.state_after, ' since then') "
        + _last("subject", "n.action in ('retire', 'retire undo') and n.outcome = 'done'")
        + " where e.state_after in ('disabled', 'watched')",
        relations=_LOG,
    ),
    Check(
        "retirements_failing", "Steps of retirements that failed", "steps", Bars(attention=0), subject="table",
        zero_if_empty=True, command="maintenance plan",
        sql="select e.subject, '', 1, e.message "
        + _last("subject", "n.action in ('retire', 'retire undo') and n.outcome <> 'begun'")
        + " where e.outcome = 'failed'",
        relations=_LOG,
    ),
)  # fmt: skip
