{#- Everything that did not make it: rows that are no orders, and values of orders that do not fit their column. -#}
{%- set checks = [] -%}
{%- set misfits = [] -%}
{%- for column in business_columns() if column.name != 'customer_name' -%}
    {%- set text, value = 'staged.' ~ identifier(column.name), 'orders.' ~ identifier(column.name) -%}
    {%- set misfit = text ~ ' is not null and ' ~ value ~ ' is null' -%}
    {%- do misfits.append('(' ~ misfit ~ ')') -%}
    {%- set code = 'case when ' ~ misfit ~ ' then ' ~ value_reject_code(column, text) ~ ' end' -%}
    {%- do checks.append([text_literal(column.header), text, code, "'" ~ column.data_type ~ "'"] | join(', ')) -%}
{%- endfor -%}
with rejected_rows as (
    select
        staged.*,
        'row' as reject_level,
        cast(null as nvarchar(128)) as column_name,
        cast(null as {{ type_text() }}) as value_text
    from {{ ref('int_orders__staged') }} as staged
    where staged.row_reject_code is not null
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
    from {{ ref('int_orders__staged') }} as staged
    inner join {{ ref('order_list') }} as orders
        on staged.order_key = orders.order_key
    {{ join_values(checks, 'checked', ['column_name', 'value_text', 'reason_code', 'data_type']) if checks }}
    where
        staged.row_reject_code is null
        and checked.reason_code is not null
        and (
            {{ misfits | join('\n            or ') }}
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
    from {{ ref('int_order_sizes__unpivoted') }} as cells
    where cells.ordered_qty is null
),

misfits as (
    select * from misfit_values
    union all
    select * from misfit_sizes
)

select
    rejected_rows._source_file,
    rejected_rows._source_sheet,
    rejected_rows._source_row,
    rejected_rows.customer_name,
    rejected_rows.reject_level,
    rejected_rows.column_name,
    rejected_rows.value_text,
    rejected_rows.row_reject_code as reason_code,
    rejected_rows.row_reject_reason as reason
from rejected_rows
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
    concat('TOTAL QTY is ', coalesce(totals.value_text, 'empty'), ', but its sizes add up to ', totals.pieces, '.') as reason
from {{ ref('int_order_totals__compared') }} as totals
