{#- What each customer that was pushed before had then and has now, and the first loss that is more than its share. -#}
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
)

select
    compared.customer_name,
    compared.baseline_orders,
    compared.baseline_lines,
    compared.baseline_pieces,
    compared.orders,
    compared.lines,
    compared.pieces,
    {# a baseline that is not known yet (NULL) is no loss #}
    case
        when {{ is_lost('orders') }} then {{ lost_sentence('orders') }}
        when {{ is_lost('lines') }} then {{ lost_sentence('lines') }}
        when {{ is_lost('pieces') }} then {{ lost_sentence('pieces') }}
    end as reason
from compared
