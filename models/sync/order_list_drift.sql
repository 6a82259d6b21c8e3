{#- Columns that most orders of a customer had a value in when it was last pushed, and none has now.

    The header is what the workbook calls the column, or would have to: one that was renamed is not there any more. -#}
with emptied as (
    select
        fill.customer_name,
        fill._source_file,
        fill.column_name,
        fill.header,
        fill.orders,
        baseline.orders as baseline_orders,
        baseline.filled as baseline_filled
    from {{ ref('order_list_fills') }} as fill
    inner join {{ source('ledger', 'monday_sync_fills') }} as baseline
        on fill.customer_name = baseline.customer_name and fill.column_name = baseline.column_name
    where
        fill.filled = 0
        and baseline.filled >= {{ var('least_filled') }}
        and baseline.filled >= {{ var('mostly_filled_share') }} * baseline.orders
),

found as (
    select
        headers._source_file,
        headers.column_name,
        min(headers.header) as header
    from {{ ref('order_list_headers') }} as headers
    where headers.role = 'column'
    group by headers._source_file, headers.column_name
),

shown as (
    select distinct mappings.view_column
    from {{ source('ledger', 'monday_sync_mappings') }} as mappings
    where mappings.is_current = 1 and mappings.row_level = 'item'
)

select
    emptied.customer_name,
    emptied._source_file,
    emptied.column_name,
    coalesce(found.header, emptied.header) as header,
    emptied.baseline_orders,
    emptied.baseline_filled,
    emptied.orders,
    case when shown.view_column is not null or emptied.column_name in ({{ board_name_columns() }}) then 1 else 0 end as is_on_board,
    concat(
        emptied.column_name, ' had a value in ', emptied.baseline_filled, ' of the ', emptied.baseline_orders,
        ' orders last pushed and has none now: ',
        case when found.header is null then 'there is no header "' else 'all cells are empty below "' end,
        coalesce(found.header, emptied.header), '" in ', emptied._source_file, '.'
    ) as reason
from emptied
left join found
    on emptied._source_file = found._source_file and emptied.column_name = found.column_name
left join shown on emptied.column_name = shown.view_column
