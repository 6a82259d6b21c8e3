{#- The size cells of the rows that are orders, with their quantity, or NULL where the cell holds no quantity. -#}
with cells as (
    select
        orders.order_key,
        orders.customer_name,
        orders._source_file,
        orders._source_sheet,
        orders._source_row,
        cell.code as size_code,
        cell.position as size_position,
        {{ fold_blanks('cell.qty') }} as qty_text
    from {{ ref('int_orders__staged') }} as orders
    {{ join_size_cells('orders.sizes', 'cell') }}
    where orders.row_reject_code is null and orders.sizes is not null
)

select
    cells.*,
    {{ typed_value(size_quantity(), 'cells.qty_text') }} as ordered_qty
from cells
where cells.qty_text is not null
