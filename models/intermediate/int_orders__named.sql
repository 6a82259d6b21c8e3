{#- How each order is called on the board. A customer's own rule is told by its workbook, which ORDER_LIST does not name. -#}
{{ config(indexes=indexes_on('order_key', [])) }}
{%- set groups = {} -%}
{%- for raw_table, season in customers_that_say('group_season').items() -%}
    {%- do groups.update({raw_table: group_name('orders', season)}) -%}
{%- endfor -%}
{%- set items = {} -%}
{%- for raw_table, parts in customers_that_say('item_name').items() -%}
    {%- do items.update({raw_table: item_name('orders', parts)}) -%}
{%- endfor -%}
with orders as (
    select * from {{ ref('order_list') }}
),

verdicts as (
    select * from {{ ref('int_orders__judged') }}
)

select
    orders.order_key,
    cast(
        {{ by_customer('verdicts._raw_table', group_name('orders', customer_defaults().group_season), groups) }}
        as nvarchar(255)
    ) as group_name,
    cast(
        {{ by_customer('verdicts._raw_table', item_name('orders', customer_defaults().item_name), items) }}
        as nvarchar(255)
    ) as item_name
from orders
inner join verdicts on orders.order_key = verdicts.order_key
where verdicts.row_reject_code is null
