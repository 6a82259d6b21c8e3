"""Of what keeps the database: backups, trials of them, tables that are retired. All by ``maintenance_log``."""

from __future__ import annotations

from monitoring.model import Bars, Check

_LOG = ("maintenance_log",)


def _last(column: str, which: str) -> str:
    """The last entry of the log, as ``e``, of each action or subject, of those entries ``n`` that count."""
    return (
        f"from {{maintenance_log}} e join (select n.{column}, max(n.entry_seq) as entry_seq "
        f"from {{maintenance_log}} n where {which} group by n.{column}) m "
        f"on m.{column} = e.{column} and m.entry_seq = e.entry_seq"
    )


DATABASE: tuple[Check, ...] = (
    Check(
        "backup_age", "Hours since the last backup", "hours", Bars(attention=48, failed=168), age="hours",
        command="maintenance backup",
        sql="select '', '', max(e.written_at), '' from {maintenance_log} e "
        "where e.action = 'backup' and e.outcome = 'done'",
        relations=_LOG,
    ),
    Check(
        "restore_age", "Days since a backup was restored on trial", "days", Bars(attention=7, failed=30), age="days",
        command="maintenance restore --check",
        sql="select '', '', max(e.written_at), '' from {maintenance_log} e "
        "where e.action = 'backup check' and e.outcome = 'done'",
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
