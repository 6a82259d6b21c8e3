{#- No cell of a size becomes a line of more pieces than one can order, or of fewer than one. -#}
select
    lines.customer_name,
    lines.line_key,
    lines.ordered_qty,
    lines.qty
from {{ ref('int_order_lines__keyed') }} as lines
where
    lines.ordered_qty not between 1 and {{ var('max_pieces') }}
    or lines.qty < 0
    or (lines.qty <> lines.ordered_qty and lines.qty <> 0)
