{#- Which customers are held back: those with far fewer orders than the board was last given. -#}
with counted as (
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
        coalesce(counted.orders, 0) as orders
    from {{ source('ledger', 'monday_sync_customers') }} as baseline
    left join counted on baseline.customer_name = counted.customer_name
)

select
    compared.customer_name,
    compared.baseline_orders,
    compared.orders,
    case when compared.orders < (1 - {{ var('max_row_loss_share') }}) * compared.baseline_orders then 1 else 0 end as is_held_back,
    case
        when compared.orders < (1 - {{ var('max_row_loss_share') }}) * compared.baseline_orders
            then concat('Only ', compared.orders, ' of the ', compared.baseline_orders, ' orders last pushed are left.')
    end as held_back_reason
from compared
