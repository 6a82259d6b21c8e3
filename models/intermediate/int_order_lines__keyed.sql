{{ config(indexes=indexes_on('line_key', ['order_key'])) }}

with cells as (
    select * from {{ ref('int_order_sizes__unpivoted') }}
),

orders as (
    select * from {{ ref('order_list') }}
),

lines as (
    select
        cells.order_key,
        orders.customer_name,
        cells.size_code,
        cells.size_position,
        cells.ordered_qty,
        case when orders.order_type = 'CANCELLED' then 0 else cells.ordered_qty end as qty,
        orders.order_type,
        orders.ex_factory_date
    from cells
    inner join orders
        on cells.order_key = orders.order_key
    where cells.ordered_qty > 0
)

select
    cast({{ line_key('lines.order_key', 'lines.size_code') }} as varchar(64)) as line_key,
    lines.order_key,
    lines.customer_name,
    lines.size_code,
    lines.size_position,
    lines.ordered_qty,
    lines.qty,
    cast({{ line_hash('lines.size_code', 'lines.qty', 'lines.ordered_qty') }} as varchar(64)) as row_hash,
    lines.order_type,
    lines.ex_factory_date
from lines
