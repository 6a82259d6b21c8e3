{#- The size cells of the rows that are orders, with their quantity, or NULL where the cell holds no quantity. -#}
with staged as (
    select * from {{ ref('int_orders__staged') }}
),

cells as (
    select
        staged.order_key,
        staged.customer_name,
        staged._source_file,
        staged._source_sheet,
        staged._source_row,
        cell.code as size_code,
        cell.position as size_position,
        {{ fold_blanks('cell.qty') }} as qty_text
    from staged
    {{ join_size_cells('staged.sizes', 'cell') }}
    where staged.row_reject_code is null and staged.sizes is not null
)

select
    cells.*,
    {{ typed_value(size_quantity(), 'cells.qty_text') }} as ordered_qty
from cells
where cells.qty_text is not null
