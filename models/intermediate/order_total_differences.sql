{#- Orders whose sizes do not add up to TOTAL QTY. A total that does not fit its column is reported as such already. -#}
{{ config(materialized='view') }}

with sums as (
    select
        cells.order_key,
        sum(cast(cells.ordered_qty as bigint)) as pieces
    from {{ ref('order_size_cells') }} as cells
    group by cells.order_key
)

select
    typed.order_key,
    typed.customer_name,
    typed._source_file,
    typed._source_sheet,
    typed._source_row,
    staged.total_qty as value_text,
    coalesce(sums.pieces, 0) as pieces
from {{ ref('order_list_typed') }} as typed
inner join {{ ref('order_list_staging') }} as staged
    on typed.order_key = staged.order_key
left join sums
    on typed.order_key = sums.order_key
where
    staged.row_reject_code is null
    and (staged.total_qty is null or typed.total_qty is not null)
    and coalesce(typed.total_qty, 0) <> coalesce(sums.pieces, 0)
