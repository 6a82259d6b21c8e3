"""Of the board: what is on it, what it refuses, how the API answers, how full it is.

What only a push knows stands in ``monday_sync_figures``, a row for each run and figure; what a push does not know has
no row there. Which run was the last says the figure ``number``: clocks are set back.
"""

from __future__ import annotations

import datetime as dt

from monitoring.model import AHEAD, Bars, Check, State, Surroundings
from monitoring.texts import full_on

_FIGURES = ("monday_sync_figures",)
#: A board that was not pushed to for so long is none of the target's any more.
_BOARDS_DAYS = 7


def _lately(around: Surroundings) -> tuple[object, ...]:
    return (around.ago(days=_BOARDS_DAYS), around.naive + AHEAD)


def _today(around: Surroundings) -> tuple[object, ...]:
    return (dt.datetime.combine(around.naive.date(), dt.time()), around.naive + AHEAD)


def _latest(figure: str) -> str:
    """The figures of the last run of each board that has a figure, as ``f``. Runs of before numbers have none."""
    return (
        "from {monday_sync_figures} f join (select n.run_id, n.board_id, row_number() over (partition by n.board_id "
        "order by coalesce(k.amount, 0) desc, n.recorded_at desc) as place from {monday_sync_figures} n "
        "left join {monday_sync_figures} k on k.run_id = n.run_id and k.board_id = n.board_id and k.figure = 'number' "
        f"where n.figure = '{figure}') l on l.run_id = f.run_id and l.board_id = f.board_id and l.place = 1"
    )


def _sum(figure: str) -> str:
    return f"sum(case when f.figure = '{figure}' then f.amount end)"


_API = "monday-sync history"
#: Of fewer calls a share says nothing: one call of two that is sent again is no trouble.
_FEW_CALLS = 20
_OF_CALLS = f"(case when {_sum('calls')} < {_FEW_CALLS} then {_FEW_CALLS} else {_sum('calls')} end)"
#: What is outside every board's scope: each board counts what is outside its own, the rows of the others included.
_OUT_OF_SCOPE = (
    f"select coalesce({_sum('out_of_scope')} - ({_sum('due_rows')} - max(case when f.figure = 'due_rows' "
    f"then f.amount end)), 0) {_latest('due_rows')}"
)
_OF_ORDERS = (
    "select case when f.sync_state = 'SYNCED' then 1 else 0 end as synced, 1 as records, 0 as outside "
    "from {FACT_ORDER_LIST} f where coalesce(f.order_type, '') <> 'CANCELLED'"
)
_OF_LINES = (
    "select case when n.sync_state = 'SYNCED' then 1 else 0 end, 1, 0 from {ORDER_LIST_LINES} n "
    "join {FACT_ORDER_LIST} o on o.order_key = n.order_key where coalesce(o.order_type, '') <> 'CANCELLED'"
)

SHARE = Check(
    "sync_share", "Records that the board shows as they are", "%", Bars(95, 80, higher_is_worse=False),
    unknown=State.ATTENTION, counts=True, command="monday-sync status",
    sql="select '', '', 100.0 * sum(r.synced) / nullif(sum(r.records) - sum(r.outside), 0), "
    "concat(cast(sum(r.records) - sum(r.outside) - sum(r.synced) as bigint), ' of ', "
    "cast(sum(r.records) - sum(r.outside) as bigint), ' records are not on the board as they should be') "
    f"from ({_OF_ORDERS} union all {_OF_LINES} union all select 0, 0, ({_OUT_OF_SCOPE})) r",
    relations=("FACT_ORDER_LIST", "ORDER_LIST_LINES", *_FIGURES),
)  # fmt: skip

_IN_ERROR = (
    "select x.customer_name, x.customer_name, count(*), min(x.message) from ("
    "select o.customer_name, o.sync_error_message as message, o.order_key as row_key "
    "from {{FACT_ORDER_LIST}} o join {{monday_sync_items}} i on i.order_key = o.order_key "
    "where o.sync_state = 'ERROR' and i.outcome = '{0}' union all "
    "select o.customer_name, n.sync_error_message, n.line_key from {{ORDER_LIST_LINES}} n "
    "join {{monday_sync_subitems}} i on i.line_key = n.line_key "
    "join {{FACT_ORDER_LIST}} o on o.order_key = n.order_key "
    "where n.sync_state = 'ERROR' and i.outcome = '{0}') x where not exists ("
    "select 1 from {{monday_sync_accepted}} a where a.row_key = x.row_key and a.ended_at is null) "
    "group by x.customer_name"
)
_ERROR_RELATIONS = (
    "FACT_ORDER_LIST", "ORDER_LIST_LINES", "monday_sync_items", "monday_sync_subitems", "monday_sync_accepted",
)  # fmt: skip

_DUE_FOR_LONG = (
    "select d.customer_name, d.customer_name, count(*), concat('for example ', min(d.item_name)) from ("
    "select i.order_key, i.customer_name, i.item_name from {sync_monday__items} i "
    "where i.is_held_back = 0 and i.action_type <> 'DELETE' union all "
    "select i.order_key, i.customer_name, i.item_name from {sync_monday__subitems} i "
    "where i.is_held_back = 0 and i.action_type <> 'DELETE') d "
    "join {order_list_history} h on h.order_key = d.order_key and h.dbt_valid_to is null and h.dbt_valid_from < ? "
    # of orders that no board of the target takes nobody waits for: where there are such, what was never sent is one
    f"where ({_OUT_OF_SCOPE}) = 0 or exists (select 1 from {{monday_sync_items}} k where k.order_key = d.order_key) "
    "group by d.customer_name"
)

BOARD: tuple[Check, ...] = (
    SHARE,
    Check(
        "records_refused", "Records that the board refuses", "records", Bars(attention=0), subject="customer",
        zero_if_empty=True, grows=True, command="monday-sync status", sql=_IN_ERROR.format("ERROR"),
        relations=_ERROR_RELATIONS,
    ),
    Check(
        "records_given_up", "Records given up", "records", Bars(attention=0), subject="customer", zero_if_empty=True,
        grows=True, command="monday-sync retry", sql=_IN_ERROR.format("DEAD"), relations=_ERROR_RELATIONS,
    ),
    Check(
        "records_waiting", "Records that wait for longer than a day", "records", Bars(attention=0), subject="customer",
        zero_if_empty=True, grows=True, command="monday-sync plan", sql=_DUE_FOR_LONG,
        parameters=lambda around: (around.ago(days=1),),
        relations=("sync_monday__items", "sync_monday__subitems", "order_list_history", "monday_sync_items", *_FIGURES),
    ),
    Check(
        "conflicts", "Values that people had changed on the board", "values", Bars(attention=20),
        command="monday-sync plan", sql=f"select '', '', {_sum('conflicts')}, '' {_latest('conflicts')}",
        relations=_FIGURES,
    ),
    Check(
        "verify_differences", "Differences between board and database", "values", Bars(attention=0),
        subject="board", command="monday-sync verify", grows=True,
        sql="select concat('board ', f.board_id), '', f.amount, "
        f"'what the board shows is not what it was confirmed to show' {_latest('verify_differences')} "
        "where f.figure = 'verify_differences'",
        relations=_FIGURES,
    ),
    Check(
        "verify_age", "Days since the whole board was verified", "days", Bars(attention=8, failed=30), age="days",
        command="monday-sync verify",
        sql=f"select '', '', min(f.recorded_at), '' {_latest('verify_whole')} where f.figure = 'verify_whole' and "
        "exists (select 1 from {monday_sync_figures} p where p.board_id = f.board_id "
        "and p.recorded_at between ? and ?)",
        parameters=_lately, relations=_FIGURES,
    ),
    Check(
        "api_success", "API calls that were not refused", "%", Bars(95, 80, higher_is_worse=False), command=_API,
        counts=True,
        sql=f"select '', '', 100.0 - 100.0 * {_sum('calls_refused')} / {_OF_CALLS}, "
        f"concat(cast({_sum('calls_refused')} as bigint), ' of ', cast({_sum('calls')} as bigint), ' refused') "
        f"{_latest('calls')}",
        relations=_FIGURES,
    ),
    Check(
        "api_retried", "API calls that were sent again", "%", Bars(attention=10, failed=50), command=_API,
        counts=True,
        sql=f"select '', '', 100.0 * {_sum('calls_retried')} / {_OF_CALLS}, "
        f"concat('waited ', cast({_sum('seconds_waited')} as bigint), ' s for the API') {_latest('calls')}",
        relations=_FIGURES,
    ),
    Check(
        "api_p95", "Seconds within which 95 % of API calls are answered", "s", Bars(attention=10, failed=30),
        command=_API,
        sql=f"select '', '', max(case when f.figure = 'call_p95_seconds' then f.amount end), '' {_latest('calls')}",
        relations=_FIGURES,
    ),
    Check(
        "api_calls_left", "API calls left of the day", "%", Bars(20, 5, higher_is_worse=False),
        command="monday-sync check",
        sql="select '', '', 100.0 * min((b.amount - f.amount) / nullif(b.amount, 0)), '' "
        f"{_latest('day_calls')} join {{monday_sync_figures}} b on b.run_id = f.run_id and b.board_id = f.board_id "
        "and b.figure = 'day_limit' where f.figure = 'day_calls' and f.recorded_at between ? and ?",
        parameters=_today, relations=_FIGURES,
    ),
    Check(
        "api_version", "Days until the API's version ends", "days", Bars(60, 7, higher_is_worse=False),
        command="monday-sync check",
        sql="select '', '', min(f.amount), 'update this project: a retired version is answered as another one' "
        f"{_latest('api_version_days')} where f.figure = 'api_version_days' and f.recorded_at between ? and ?",
        parameters=_lately, relations=_FIGURES,
    ),
    Check(
        "board_fill", "How full a board is", "%", Bars(attention=90, failed=98), subject="board",
        command="monday-sync plan", counts=True,
        sql="select concat(f.figure, ' of board ', f.board_id), '', 100.0 * f.amount / nullif(b.amount, 0), "
        "concat(cast(f.amount as bigint), ' of ', cast(b.amount as bigint)) "
        f"{_latest('items_limit')} join {{monday_sync_figures}} b on b.run_id = f.run_id and b.board_id = f.board_id "
        "and b.figure = concat(f.figure, '_limit') where f.figure in ('items', 'subitems') "
        "and f.recorded_at between ? and ?",
        parameters=_lately, relations=_FIGURES,
    ),
    Check(
        "board_full", "Days until a board is full", "days", Bars(30, 7, higher_is_worse=False), subject="board",
        command="monday-sync plan",
        sql="select concat(case when f.figure = 'items_days_left' then 'items' else 'subitems' end, ' of board ', "
        f"f.board_id), '', f.amount, '' {_latest('items_limit')} "
        "where f.figure in ('items_days_left', 'subitems_days_left') and f.recorded_at between ? and ?",
        parameters=_lately, relations=_FIGURES, explain=full_on,
    ),
)  # fmt: skip
