{{ config(alias='ORDER_LIST_LINES') }}

with mapped as ({{ board_mapping('subitem', ['customer_name', 'order_type', 'ex_factory_date']) }}),

hashed as (
    select
        lines.line_key,
        lines.order_key,
        lines.customer_name,
        lines.size_code,
        lines.size_position,
        lines.ordered_qty,
        lines.qty,
        lines.row_hash,
        lines.order_type,
        lines.ex_factory_date,
        {{ line_board_hash('lines.row_hash', 'lines', 'mapped') }} as board_hash
    from {{ ref('int_order_lines__keyed') }} as lines
    cross join mapped
)

select
    hashed.*,
    {{ sync_columns('hashed.board_hash', 'ledger', 'monday_subitem_id') }}
from hashed
left join {{ source('ledger', 'monday_sync_subitems') }} as ledger
    on hashed.line_key = ledger.line_key
