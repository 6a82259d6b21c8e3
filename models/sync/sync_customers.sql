{#- Which customers are held back, and why: one row of holds for each reason, wherever it comes from. Paused ones lose
    nothing, they are left alone. -#}
with lines as (
    select
        lines.customer_name,
        count(*) as lines,
        sum(cast(lines.ordered_qty as bigint)) as pieces
    from {{ ref('int_order_lines__keyed') }} as lines
    group by lines.customer_name
),

orders as (
    select
        orders.customer_name,
        count(*) as orders
    from {{ ref('order_list') }} as orders
    group by orders.customer_name
),

stopped as (
    select
        names.customer_name,
        max(case when workbooks.status = 'paused' then 1 else 0 end) as is_paused,
        max(case when workbooks.status = 'refused' then workbooks.reason end) as refused_reason
    from {{ ref('int_workbooks__judged') }} as workbooks
    inner join {{ ref('customer_names') }} as names on workbooks.raw_table = names.raw_table
    where workbooks.status in ('paused', 'refused')
    group by names.customer_name
),

compared as (
    select
        baseline.customer_name,
        baseline.orders as baseline_orders,
        baseline.lines as baseline_lines,
        baseline.pieces as baseline_pieces,
        coalesce(orders.orders, 0) as orders,
        coalesce(lines.lines, 0) as lines,
        coalesce(lines.pieces, 0) as pieces
    from {{ source('ledger', 'monday_sync_customers') }} as baseline
    left join orders on baseline.customer_name = orders.customer_name
    left join lines on baseline.customer_name = lines.customer_name
),

{# a baseline that is not known yet (NULL) holds nobody back -#}
losses as (
    select
        compared.customer_name,
        case
            when {{ is_lost('orders') }} then {{ lost_sentence('orders') }}
            when {{ is_lost('lines') }} then {{ lost_sentence('lines') }}
            when {{ is_lost('pieces') }} then {{ lost_sentence('pieces') }}
        end as reason
    from compared
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
    left join stopped on losses.customer_name = stopped.customer_name
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
        checks.customer_name,
        3 as place,
        concat('The test ', checks.test_name, ' fails on ', checks.failing_rows, ' of its rows.') as reason
    from {{ source('checks', 'order_list_failed_tests') }} as checks
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
    select compared.customer_name from compared
    union
    select holds.customer_name from holds
    union
    select stopped.customer_name from stopped
)

select
    known.customer_name,
    compared.baseline_orders,
    compared.baseline_lines,
    compared.baseline_pieces,
    compared.orders,
    compared.lines,
    compared.pieces,
    coalesce(stopped.is_paused, 0) as is_paused,
    case when ranked.reason is null then 0 else 1 end as is_held_back,
    case
        when ranked.reasons > 1 then concat(ranked.reason, ' (One of ', ranked.reasons, ' reasons.)')
        else ranked.reason
    end as held_back_reason
from known
left join compared on known.customer_name = compared.customer_name
left join stopped on known.customer_name = stopped.customer_name
left join ranked on known.customer_name = ranked.customer_name and ranked.place = 1
