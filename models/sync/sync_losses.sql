{#- What each customer that was pushed before had then and has now, and the first loss that is more than its share. -#}
with baseline as (
    select
        customer_name,
        orders,
        lines,
        pieces
    from {{ source('ledger', 'monday_sync_customers') }}
),

orders_now as (
    select
        customer_name,
        count(*) as orders
    from {{ ref('order_list') }}
    group by customer_name
),

lines_now as (
    select
        customer_name,
        count(*) as lines,
        sum(cast(ordered_qty as bigint)) as pieces
    from {{ ref('int_order_lines__keyed') }}
    group by customer_name
),

compared as (
    select
        baseline.customer_name,
        baseline.orders as baseline_orders,
        baseline.lines as baseline_lines,
        baseline.pieces as baseline_pieces,
        coalesce(orders_now.orders, 0) as orders,
        coalesce(lines_now.lines, 0) as lines,
        coalesce(lines_now.pieces, 0) as pieces
    from baseline
    left join orders_now
        on baseline.customer_name = orders_now.customer_name
    left join lines_now
        on baseline.customer_name = lines_now.customer_name
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
        {%- for what in ['orders', 'lines', 'pieces'] %}
            when compared.{{ what }} < (1 - {{ var('max_row_loss_share') }}) * compared.baseline_{{ what }}
                then concat(
                    'Only ', compared.{{ what }}, ' of the ', compared.baseline_{{ what }},
                    ' {{ what }} last pushed are left.'
                )
        {%- endfor %}
    end as reason
from compared
