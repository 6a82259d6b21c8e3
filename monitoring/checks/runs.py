"""Of the runs: that they happen, how they end, and how long they take."""

from __future__ import annotations

from monitoring.model import Bars, Check, State

_LAST = "r.run_seq = (select max(m.run_seq) from {pipeline_runs} m where m.status <> 'running')"

OVERDUE = Check(
    "run_overdue", "Hours since a run went through", "hours", Bars(attention=26, failed=50), age="hours",
    command="pipeline status", unknown=State.ATTENTION,
    # a run that pushed, whatever single rows or files it left
    # the last one by its number: clocks are set back
    sql="select '', '', max(e.ended_at), case when count(*) > 0 then concat('the last one: run ', max(e.run_id)) "
    "else '' end from {pipeline_runs} e where e.run_seq = ("
    "select max(r.run_seq) from {pipeline_runs} r join {pipeline_stages} s on s.run_id = r.run_id "
    "where r.status in ('ok', 'attention') and s.stage = 'sync' and s.status in ('ok', 'attention'))",
    relations=("pipeline_runs", "pipeline_stages"),
)  # fmt: skip

RUNS: tuple[Check, ...] = (
    OVERDUE,
    Check(
        "last_run", "The last run failed", "runs", Bars(failed=0), command="pipeline status",
        sql="select '', '', case when r.status in ('failed', 'interrupted') then 1 else 0 end, "
        "case when r.status in ('failed', 'interrupted') then r.sentence else '' end "
        "from {pipeline_runs} r where " + _LAST,
        relations=("pipeline_runs",),
    ),
    Check(
        "runs_killed", "Runs that were killed", "runs", Bars(attention=0), command="pipeline history",
        # those before the last one that ended; after it, while the last one is known to be killed
        sql="select '', '', count(*), case when count(*) > 0 then concat('the last of them: run ', max(r.run_id), "
        "'. What it did until then stands, and the next run carries on.') else '' end from {pipeline_runs} r "
        "where (r.status = 'died' or (r.status = 'running' and ? = 1)) and r.run_seq > ("
        "select coalesce(max(p.run_seq), 0) from {pipeline_runs} p where p.status not in ('died', 'running') and "
        "(? = 1 or p.run_seq < (select coalesce(max(m.run_seq), 0) from {pipeline_runs} m "
        "where m.status not in ('died', 'running'))))",
        parameters=lambda around: (int(around.killed), int(around.killed)), relations=("pipeline_runs",),
    ),
    Check(
        "stage_time", "Seconds of a stage", "s", Bars(attention=3, usual="median", slack=60), subject="stage",
        zero_if_absent=False, command="pipeline report",
        sql="select s.stage, '', s.seconds, '' from {pipeline_stages} s join {pipeline_runs} r on r.run_id = s.run_id "
        "where s.status in ('ok', 'attention') and " + _LAST,
        relations=("pipeline_runs", "pipeline_stages"),
    ),
    Check(
        "slowest_statement", "The slowest statement", "s", Bars(attention=60, failed=600),
        command="maintenance audit",
        sql="select '', '', max(s.slowest), min(s.statement) from {pipeline_statements} s "
        "join {pipeline_runs} r on r.run_id = s.run_id join (select t.run_id, max(t.slowest) as slowest "
        "from {pipeline_statements} t group by t.run_id) m on m.run_id = s.run_id and m.slowest = s.slowest "
        "where " + _LAST,
        relations=("pipeline_runs", "pipeline_statements"),
    ),
)  # fmt: skip
