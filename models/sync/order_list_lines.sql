{{ config(alias='ORDER_LIST_LINES') }}

select
    lines.*,
    {{ sync_columns('lines.row_hash', 'ledger', 'monday_subitem_id') }}
from {{ ref('int_order_lines__keyed') }} as lines
left join {{ source('ledger', 'monday_sync_subitems') }} as ledger
    on lines.line_key = ledger.line_key
