{#- Which customers are held back: those with far fewer orders than the board was last given, and those whose workbook is
    refused. Paused ones are left alone. -#}
with counted as (
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
        coalesce(baseline.customer_name, stopped.customer_name) as customer_name,
        baseline.orders as baseline_orders,
        coalesce(counted.orders, 0) as orders,
        coalesce(stopped.is_paused, 0) as is_paused,
        stopped.refused_reason
    from {{ source('ledger', 'monday_sync_customers') }} as baseline
    full outer join stopped on baseline.customer_name = stopped.customer_name
    left join counted on coalesce(baseline.customer_name, stopped.customer_name) = counted.customer_name
)

select
    compared.customer_name,
    compared.baseline_orders,
    compared.orders,
    compared.is_paused,
    case
        when compared.refused_reason is not null then 1
        when compared.orders < (1 - {{ var('max_row_loss_share') }}) * compared.baseline_orders then 1
        else 0
    end as is_held_back,
    case
        when compared.refused_reason is not null then compared.refused_reason
        when compared.orders < (1 - {{ var('max_row_loss_share') }}) * compared.baseline_orders
            then concat('Only ', compared.orders, ' of the ', compared.baseline_orders, ' orders last pushed are left.')
    end as held_back_reason
from compared
