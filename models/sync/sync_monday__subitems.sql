with mapped as ({{ board_mapping('subitem', ['customer_name', 'order_type', 'ex_factory_date']) }}),

gone as (
    select
        ledger.*,
        orders.order_type,
        orders.ex_factory_date,
        case when orders.order_key is null then 0 else 1 end as has_order,
        {{ line_hash('ledger.item_name', '0', '0') }} as zero_row_hash
    from {{ source('ledger', 'monday_sync_subitems') }} as ledger
    left join {{ ref('order_list') }} as orders
        on ledger.order_key = orders.order_key
    where
        ledger.monday_subitem_id is not null
        and not exists (select 1 from {{ ref('int_order_lines__keyed') }} as lines where lines.line_key = ledger.line_key)
),

zeroed as (
    select
        gone.*,
        {{ line_board_hash('gone.zero_row_hash', 'gone', 'mapped') }} as zero_hash
    from gone
    cross join mapped
),

waiting as (
    select
        lines.line_key,
        lines.order_key,
        lines.customer_name,
        lines.size_code,
        lines.qty,
        lines.row_hash,
        lines.board_hash,
        lines.sync_state,
        lines.action_type,
        lines.monday_subitem_id,
        lines.sync_error_message,
        lines.retry_count,
        lines.order_type,
        lines.ex_factory_date
    from {{ ref('order_list_lines') }} as lines
    where lines.sync_state <> 'SYNCED'
    union all
    {# The size is gone: the board must show 0. With its order gone as well, nothing is done about the line; should the
       order go on under another key, it is a size that left it. #}
    select
        gone.line_key,
        gone.order_key,
        gone.customer_name,
        gone.item_name as size_code,
        0 as qty,
        gone.zero_row_hash as row_hash,
        gone.zero_hash as board_hash,
        case when gone.has_order = 1 then {{ sync_state('gone.zero_hash', 'gone') }} when gone.has_order = 0 then {{ gone_state('gone') }} end as sync_state,
        case when gone.has_order = 1 then 'UPDATE' else 'DELETE' end as action_type,
        gone.monday_subitem_id,
        gone.error_message as sync_error_message,
        coalesce(gone.retry_count, 0) as retry_count,
        gone.order_type,
        gone.ex_factory_date
    from zeroed as gone
    where gone.has_order = 0 or {{ sync_state('gone.zero_hash', 'gone') }} <> 'SYNCED'
)

select
    waiting.line_key,
    waiting.order_key,
    waiting.customer_name,
    waiting.size_code as item_name,
    waiting.row_hash,
    waiting.board_hash,
    waiting.sync_state,
    waiting.action_type,
    parent.monday_item_id,
    waiting.monday_subitem_id,
    waiting.sync_error_message,
    waiting.retry_count,
    coalesce(customers.is_held_back, 0) as is_held_back,
    customers.held_back_reason,
    waiting.size_code,
    waiting.qty,
    waiting.order_type,
    waiting.ex_factory_date
from waiting
left join {{ source('ledger', 'monday_sync_items') }} as parent
    on waiting.order_key = parent.order_key
left join {{ ref('sync_customers') }} as customers
    on waiting.customer_name = customers.customer_name
where coalesce(customers.is_paused, 0) = 0
