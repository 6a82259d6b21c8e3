select
    lines.customer_name,
    lines.line_key
from {{ ref('int_order_lines__keyed') }} as lines
where lines.order_type = 'CANCELLED' and lines.qty <> 0
