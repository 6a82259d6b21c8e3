{#- The values of orders that the board cannot show: right for ORDER_LIST, but not for their column there.

    With the columns of order_list_rejects. What types the board's columns have is in the ledger as soon as monday_sync has
    seen the board's file; until then it is as order_list_columns() declares it. -#}
{{ config(materialized='view') }}
{#- a date and a short number can be shown in any column -#}
{%- set doubted_columns = [] -%}
{%- for column in business_columns() if column.kind == 'text' or (column.precision or 0) > 15 -%}
    {%- do doubted_columns.append(column) -%}
{%- endfor -%}

with orders as (
    select
        _source_file,
        _source_sheet,
        _source_row,
        {%- for column in doubted_columns if column.name != 'customer_name' %}
            {{ identifier(column.name) }},
        {%- endfor %}
        customer_name
    from {{ ref('order_list') }}
),

seen_columns as (
    select distinct
        view_column,
        column_type
    from {{ source('ledger', 'monday_sync_mappings') }}
    where is_current = 1 and row_level = 'item'
),

declared_columns as (
    {%- for column in doubted_columns if column.board_type %}
        select
            cast('{{ column.name }}' as nvarchar(128)) as view_column,
            cast('{{ column.board_type }}' as nvarchar(128)) as column_type
        {{- '\n        union all' if not loop.last }}
    {%- else %}
        select
            view_column,
            column_type
        from seen_columns
        where view_column is null
    {%- endfor %}
),

board_columns as (
    select
        view_column,
        column_type
    from seen_columns
    union all
    select
        declared_columns.view_column,
        declared_columns.column_type
    from declared_columns
    where not exists (select 1 as found from seen_columns)
),

shown_values as (
    select
        orders._source_file,
        orders._source_sheet,
        orders._source_row,
        orders.customer_name,
        cell.header as column_name,
        cell.value_text,
        board_columns.column_type,
        case when board_columns.column_type = 'numbers' then {{ board_number('cell.value_text') }} end as value_number
    from orders
    {{ join_lateral() }} (
        values
        {%- for column in doubted_columns %}
            {%- set value = 'orders.' ~ identifier(column.name) %}
            {%- set text = value if column.kind == 'text' else 'cast(' ~ value ~ ' as nvarchar(60))' %}
            ('{{ column.name }}', {{ text_literal(column.header) }}, {{ text }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as cell (name, header, value_text)
    inner join board_columns
        on cell.name = board_columns.view_column
    where cell.value_text is not null
),

judged_values as (
    select
        shown.*,
        {{ board_reject_code('shown.column_type', 'shown.value_text', 'shown.value_number') }} as reason_code
    from shown_values as shown
)

select
    judged._source_file,
    judged._source_sheet,
    judged._source_row,
    judged.customer_name,
    'value' as reject_level,
    judged.column_name,
    judged.value_text,
    judged.reason_code,
    {{ board_reject_reason('judged.reason_code', 'judged.column_type', 'judged.value_text') }} as reason
from judged_values as judged
where judged.reason_code is not null
