{{ config(alias='ORDER_LIST_LINES') }}

with lines as (
    select
        line_key,
        order_key,
        customer_name,
        size_code,
        size_position,
        ordered_qty,
        qty,
        row_hash,
        order_type,
        ex_factory_date
    from {{ ref('int_order_lines__keyed') }}
),

ledger as (
    select
        line_key,
        monday_subitem_id,
        board_hash,
        attempt_hash,
        outcome,
        error_message,
        retry_count,
        attempted_at,
        completed_at
    from {{ source('ledger', 'monday_sync_subitems') }}
),

mapped as (
    {{ board_mapping('subitem', ['customer_name', 'order_type', 'ex_factory_date']) }}
),

hashed as (
    select
        lines.*,
        {{ line_board_hash('lines.row_hash', 'lines', 'mapped') }} as board_hash
    from lines
    cross join mapped
)

select
    hashed.*,
    {{ sync_columns('hashed.board_hash', 'ledger', 'monday_subitem_id') }}
from hashed
left join ledger
    on hashed.line_key = ledger.line_key
