{#- Everything that did not make it: rows that are no orders, values of orders that do not fit their column here, and
    values that the board cannot show. -#}
{%- set checked_columns = business_columns() | rejectattr('name', 'equalto', 'customer_name') | list -%}
with staged as (
    select * from {{ ref('int_orders__staged') }}
),

orders as (
    select * from {{ ref('order_list') }}
),

cells as (
    select * from {{ ref('int_order_sizes__unpivoted') }}
),

totals as (
    select * from {{ ref('int_order_totals__compared') }}
),

misfit_values as (
    select
        staged._source_file,
        staged._source_sheet,
        staged._source_row,
        staged.customer_name,
        checked.column_name,
        checked.value_text,
        checked.reason_code,
        checked.data_type
    from staged
    inner join orders
        on staged.order_key = orders.order_key
    {{ join_lateral() }} (
        values
        {%- for column in checked_columns %}
            {%- set text, value = 'staged.' ~ identifier(column.name), 'orders.' ~ identifier(column.name) %}
            (
                {{ text_literal(column.header) }}, {{ text }},
                case when {{ text }} is not null and {{ value }} is null then {{ value_reject_code(column, text) }} end,
                '{{ column.data_type }}'
            )
            {{- ',' if not loop.last }}
        {%- endfor %}
    ) as checked (column_name, value_text, reason_code, data_type)
    where
        staged.row_reject_code is null
        and checked.reason_code is not null
        and (
            {%- for column in checked_columns %}
                {%- set name = identifier(column.name) %}
                {{ 'or ' if not loop.first }}(staged.{{ name }} is not null and orders.{{ name }} is null)
            {%- endfor %}
        )
),

misfit_sizes as (
    select
        cells._source_file,
        cells._source_sheet,
        cells._source_row,
        cells.customer_name,
        cells.size_code as column_name,
        cells.qty_text as value_text,
        {{ value_reject_code(size_quantity(), 'cells.qty_text') }} as reason_code,
        'at most {{ var("max_pieces") }} pieces' as data_type
    from cells
    where cells.ordered_qty is null
),

misfits as (
    select * from misfit_values
    union all
    select * from misfit_sizes
)

select
    staged._source_file,
    staged._source_sheet,
    staged._source_row,
    staged.customer_name,
    'row' as reject_level,
    cast(null as nvarchar(128)) as column_name,
    cast(null as {{ type_text() }}) as value_text,
    staged.row_reject_code as reason_code,
    staged.row_reject_reason as reason
from staged
where staged.row_reject_code is not null
union all
select
    misfits._source_file,
    misfits._source_sheet,
    misfits._source_row,
    misfits.customer_name,
    'value' as reject_level,
    misfits.column_name,
    misfits.value_text,
    misfits.reason_code,
    {{ value_reject_reason('misfits.reason_code', 'misfits.data_type', 'misfits.value_text') }} as reason
from misfits
union all
select
    totals._source_file,
    totals._source_sheet,
    totals._source_row,
    totals.customer_name,
    'value' as reject_level,
    'TOTAL QTY' as column_name,
    totals.value_text,
    'total_differs' as reason_code,
    concat(
        'TOTAL QTY is ', coalesce(totals.value_text, 'empty'), ', but its sizes add up to ', totals.pieces, '.'
    ) as reason
from totals
union all
select * from {{ ref('int_board_values__judged') }}
