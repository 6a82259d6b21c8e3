{#- Which customers are held back, and why: one row of holds for each reason, wherever it comes from. Paused ones lose
    nothing, they are left alone. -#}
with losses as (
    select
        customer_name,
        baseline_orders,
        baseline_lines,
        baseline_pieces,
        orders,
        lines,
        pieces,
        reason
    from {{ ref('sync_losses') }}
),

workbooks as (
    select
        raw_table,
        status,
        reason
    from {{ ref('order_list_workbooks') }}
    where status in ('paused', 'refused')
),

names as (
    select
        raw_table,
        customer_name
    from {{ ref('customer_names') }}
),

stopped as (
    select
        names.customer_name,
        max(case when workbooks.status = 'paused' then 1 else 0 end) as is_paused,
        max(case when workbooks.status = 'refused' then workbooks.reason end) as refused_reason
    from workbooks
    inner join names
        on workbooks.raw_table = names.raw_table
    group by names.customer_name
),

holds as (
    select
        stopped.customer_name,
        0 as place,
        stopped.refused_reason as reason
    from stopped
    where stopped.refused_reason is not null
    union all
    select
        losses.customer_name,
        1 as place,
        losses.reason
    from losses
    left join stopped
        on losses.customer_name = stopped.customer_name
    where losses.reason is not null and coalesce(stopped.is_paused, 0) = 0
    union all
    select
        drift.customer_name,
        2 as place,
        drift.reason
    from {{ ref('order_list_drift') }} as drift
    where drift.is_on_board = 1
    union all
    select
        failed_tests.customer_name,
        3 as place,
        concat('The test ', failed_tests.test_name, ' fails on ', failed_tests.failing_rows, ' of its rows.') as reason
    from {{ source('checks', 'order_list_failed_tests') }} as failed_tests
),

ranked as (
    select
        holds.customer_name,
        holds.reason,
        row_number() over (partition by holds.customer_name order by holds.place, holds.reason) as place,
        count(*) over (partition by holds.customer_name) as reasons
    from holds
),

known as (
    select losses.customer_name from losses
    union
    select holds.customer_name from holds
    union
    select stopped.customer_name from stopped
)

select
    known.customer_name,
    losses.baseline_orders,
    losses.baseline_lines,
    losses.baseline_pieces,
    losses.orders,
    losses.lines,
    losses.pieces,
    coalesce(stopped.is_paused, 0) as is_paused,
    case when ranked.reason is null then 0 else 1 end as is_held_back,
    case
        when ranked.reasons > 1 then concat(ranked.reason, ' (One of ', ranked.reasons, ' reasons.)')
        else ranked.reason
    end as held_back_reason
from known
left join losses
    on known.customer_name = losses.customer_name
left join stopped
    on known.customer_name = stopped.customer_name
left join ranked
    on known.customer_name = ranked.customer_name and ranked.place = 1
