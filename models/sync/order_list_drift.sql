{#- Columns that most orders of a customer had a value in when it was last pushed, and none has now.

    The header is what the workbook calls the column, or would have to: one that was renamed is not there any more. -#}
with fills as (
    select
        customer_name,
        _source_file,
        column_name,
        header,
        orders,
        filled
    from {{ ref('order_list_fills') }}
),

baseline as (
    select
        customer_name,
        column_name,
        orders,
        filled
    from {{ source('ledger', 'monday_sync_fills') }}
),

found as (
    select
        _source_file,
        column_name,
        min(header) as header
    from {{ ref('order_list_headers') }}
    where role = 'column'
    group by _source_file, column_name
),

shown as (
    select distinct view_column
    from {{ source('ledger', 'monday_sync_mappings') }}
    where is_current = 1 and row_level = 'item'
),

emptied as (
    select
        fills.customer_name,
        fills._source_file,
        fills.column_name,
        fills.header,
        fills.orders,
        baseline.orders as baseline_orders,
        baseline.filled as baseline_filled
    from fills
    inner join baseline
        on fills.customer_name = baseline.customer_name and fills.column_name = baseline.column_name
    where
        fills.filled = 0
        and baseline.filled >= {{ var('least_filled') }}
        and baseline.filled >= {{ var('mostly_filled_share') }} * baseline.orders
)

select
    emptied.customer_name,
    emptied._source_file,
    emptied.column_name,
    coalesce(found.header, emptied.header) as header,
    emptied.baseline_orders,
    emptied.baseline_filled,
    emptied.orders,
    case
        when shown.view_column is not null or emptied.column_name in ({{ board_name_columns() }}) then 1
        else 0
    end as is_on_board,
    concat(
        emptied.column_name, ' had a value in ', emptied.baseline_filled, ' of the ', emptied.baseline_orders,
        ' orders last pushed and has none now: ',
        case when found.header is null then 'there is no header "' else 'all cells are empty below "' end,
        coalesce(found.header, emptied.header), '" in ', emptied._source_file, '.'
    ) as reason
from emptied
left join found
    on emptied._source_file = found._source_file and emptied.column_name = found.column_name
left join shown
    on emptied.column_name = shown.view_column
