{#- The orders, cast. Apart from ORDER_LIST so that its hash starts from values, not from casts of texts. -#}
{{ config(materialized=materialized_between()) }}

with staged as (
    select * from {{ ref('int_orders__staged') }}
)

select
    staged.order_key,
    {%- for column in business_columns() %}
        {% if column.name == 'customer_name' -%}
            cast(staged.customer_name as {{ column.data_type }})
        {%- elif column.name == 'order_type' -%}
            {{ order_type_of(typed_value(column, 'staged.order_type'), column.data_type) }}
        {%- else -%}
            {{ typed_value(column, 'staged.' ~ identifier(column.name)) }}
        {%- endif %} as {{ identifier(column.name) }},
    {%- endfor %}
    cast(staged.source_customer_name as nvarchar(255)) as source_customer_name,
    cast(staged._source_file as nvarchar(255)) as _source_file,
    cast(staged._source_sheet as nvarchar(255)) as _source_sheet,
    cast(staged._source_row as integer) as _source_row,
    cast(staged._load_id as nvarchar(64)) as _load_id
from staged
where staged.row_reject_code is null
