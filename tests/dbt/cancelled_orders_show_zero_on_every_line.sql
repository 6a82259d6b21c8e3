select lines.line_key
from {{ ref('order_lines') }} as lines
where lines.order_type = 'CANCELLED' and lines.qty <> 0
