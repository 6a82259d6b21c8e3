{#- How full each column is, customer by customer. monday_sync keeps these figures of the last push as the baseline. -#}
{%- set counted_columns = business_columns() | rejectattr('name', 'equalto', 'customer_name') | list -%}
with orders as (
    select * from {{ ref('order_list') }}
),

counted as (
    select
        orders.customer_name,
        max(orders._source_file) as _source_file,
        {%- for column in counted_columns %}
            count(orders.{{ identifier(column.name) }}) as {{ identifier(column.name) }},
        {%- endfor %}
        count(*) as orders
    from orders
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
{{ join_lateral() }} (
    values
    {%- for column in counted_columns %}
        ('{{ column.name }}', {{ text_literal(column.header) }}, counted.{{ identifier(column.name) }})
        {{- ',' if not loop.last }}
    {%- endfor %}
) as cell (column_name, header, filled)
