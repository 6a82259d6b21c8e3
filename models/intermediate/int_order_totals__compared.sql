{#- Orders whose sizes do not add up to TOTAL QTY. A total that does not fit its column is reported as such already. -#}
{{ config(materialized='view') }}

with sums as (
    select
        cells.order_key,
        sum(cast(cells.ordered_qty as bigint)) as pieces
    from {{ ref('int_order_sizes__unpivoted') }} as cells
    group by cells.order_key
)

select
    orders.order_key,
    orders.customer_name,
    orders._source_file,
    orders._source_sheet,
    orders._source_row,
    staged.total_qty as value_text,
    coalesce(sums.pieces, 0) as pieces
from {{ ref('order_list') }} as orders
inner join {{ ref('int_orders__staged') }} as staged
    on orders.order_key = staged.order_key
left join sums
    on orders.order_key = sums.order_key
where
    staged.row_reject_code is null
    and (staged.total_qty is null or orders.total_qty is not null)
    and coalesce(orders.total_qty, 0) <> coalesce(sums.pieces, 0)
