{#- Orders whose sizes do not add up to TOTAL QTY. A total that does not fit its column is reported as such already. -#}
{{ config(materialized='view') }}

with orders as (
    select
        order_key,
        customer_name,
        total_qty,
        _source_file,
        _source_sheet,
        _source_row
    from {{ ref('order_list') }}
),

staged as (
    select
        order_key,
        total_qty
    from {{ ref('int_orders__staged') }}
    where row_reject_code is null
),

sums as (
    select
        order_key,
        sum(cast(ordered_qty as bigint)) as pieces
    from {{ ref('int_order_sizes__unpivoted') }}
    group by order_key
)

select
    orders.order_key,
    orders.customer_name,
    orders._source_file,
    orders._source_sheet,
    orders._source_row,
    staged.total_qty as value_text,
    coalesce(sums.pieces, 0) as pieces
from orders
inner join staged
    on orders.order_key = staged.order_key
left join sums
    on orders.order_key = sums.order_key
where
    (staged.total_qty is null or orders.total_qty is not null)
    and coalesce(orders.total_qty, 0) <> coalesce(sums.pieces, 0)
