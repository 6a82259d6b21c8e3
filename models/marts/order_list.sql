{#- No CTE: for a contract dbt asks for the columns of the query, on SQL Server in a subquery, where no WITH may stand;
    a query that begins with one would be run whole, only to be asked. -#}
{{ config(alias='ORDER_LIST', indexes=indexes_on('order_key', ['row_hash', 'customer_name'])) }}

select
    cast(typed.order_key as varchar(64)) as order_key,
    cast({{ order_hash('typed') }} as varchar(64)) as row_hash,
    {%- for column in business_columns() %}
        typed.{{ identifier(column.name) }},
    {%- endfor %}
    typed.source_customer_name,
    typed._source_file,
    typed._source_sheet,
    typed._source_row,
    typed._load_id
from {{ ref('int_orders__typed') }} as typed
