{#- How each order is called on the board. A customer's own rule is told by its workbook, which ORDER_LIST does not
    name. -#}
{{ config(indexes=indexes_on('order_key', [])) }}

with orders as (
    select * from {{ ref('order_list') }}
),

verdicts as (
    select * from {{ ref('int_orders__judged') }}
)

select
    orders.order_key,
    cast(
        {% call(season) by_customer('verdicts._raw_table', 'group_season') -%}
        {{ group_name('orders', season) }}
        {%- endcall %} as nvarchar(255)
    ) as group_name,
    cast(
        {% call(parts) by_customer('verdicts._raw_table', 'item_name') -%}
        {{ item_name('orders', parts) }}
        {%- endcall %} as nvarchar(255)
    ) as item_name
from orders
inner join verdicts
    on orders.order_key = verdicts.order_key
where verdicts.row_reject_code is null
