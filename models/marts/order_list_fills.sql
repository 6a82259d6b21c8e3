{#- How full each column is, customer by customer. monday_sync keeps these figures of the last push as the baseline. -#}
{%- set cells = [] -%}
{%- for column in business_columns() if column.name != 'customer_name' -%}
    {%- do cells.append("'" ~ column.name ~ "', " ~ text_literal(column.header) ~ ', counted.' ~ identifier(column.name)) -%}
{%- endfor -%}
with counted as (
    select
        orders.customer_name,
        max(orders._source_file) as _source_file,
        count(*) as orders
        {%- for column in business_columns() if column.name != 'customer_name' %},
        count(orders.{{ identifier(column.name) }}) as {{ identifier(column.name) }}
        {%- endfor %}
    from {{ ref('order_list') }} as orders
    group by orders.customer_name
)

select
    counted.customer_name,
    counted._source_file,
    cast(cell.column_name as nvarchar(128)) as column_name,
    cast(cell.header as nvarchar(255)) as header,
    cast(counted.orders as integer) as orders,
    cast(cell.filled as integer) as filled
from counted
{{ join_values(cells, 'cell', ['column_name', 'header', 'filled']) }}
