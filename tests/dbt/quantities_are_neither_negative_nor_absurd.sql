{#- A line of more than a million pieces is a slip, whatever the workbook says; a negative one is none at all. -#}
select
    lines.line_key,
    lines.ordered_qty,
    lines.qty
from {{ ref('int_order_lines__keyed') }} as lines
where
    lines.ordered_qty not between 1 and 1000000
    or lines.qty < 0
    or (lines.qty <> lines.ordered_qty and lines.qty <> 0)
