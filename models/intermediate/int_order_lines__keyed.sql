{{ config(indexes=indexes_on('line_key', ['order_key'])) }}

select
    cast({{ line_key('cells.order_key', 'cells.size_code') }} as varchar(64)) as line_key,
    orders.order_key,
    orders.customer_name,
    cells.size_code,
    cells.size_position,
    cells.ordered_qty,
    case when orders.order_type = 'CANCELLED' then 0 else cells.ordered_qty end as qty,
    cast(
        {{ line_hash(
            'cells.size_code',
            "case when orders.order_type = 'CANCELLED' then 0 else cells.ordered_qty end",
            'cells.ordered_qty',
        ) }} as varchar(64)
    ) as row_hash,
    orders.order_type,
    orders.ex_factory_date
from {{ ref('int_order_sizes__unpivoted') }} as cells
inner join {{ ref('order_list') }} as orders
    on cells.order_key = orders.order_key
where cells.ordered_qty > 0
