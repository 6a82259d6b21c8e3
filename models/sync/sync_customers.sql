{#- Which customers are held back: those with far fewer orders than the board was last given, and those whose rows fail a
    data test. -#}
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
        coalesce(counted.orders, 0) as orders,
        case
            when coalesce(counted.orders, 0) < (1 - {{ var('max_row_loss_share') }}) * baseline.orders
                then concat('Only ', coalesce(counted.orders, 0), ' of the ', baseline.orders, ' orders last pushed are left.')
        end as loss
    from {{ source('ledger', 'monday_sync_customers') }} as baseline
    left join counted on baseline.customer_name = counted.customer_name
),

failing as (
    select
        checks.customer_name,
        concat('The test ', min(checks.test_name), ' fails on ', max(checks.failing_rows), ' of its rows.') as failure
    from {{ source('checks', 'order_list_failed_tests') }} as checks
    group by checks.customer_name
)

select
    coalesce(compared.customer_name, failing.customer_name) as customer_name,
    compared.baseline_orders,
    compared.orders,
    case when compared.loss is not null or failing.failure is not null then 1 else 0 end as is_held_back,
    nullif(concat_ws(' ', compared.loss, failing.failure), '') as held_back_reason
from compared
full outer join failing on compared.customer_name = failing.customer_name
