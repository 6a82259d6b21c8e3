{{ config(alias='FACT_ORDER_LIST') }}

select
    {{ order_columns('synced') }},
    synced.group_name,
    synced.item_name,
    synced.board_hash,
    synced.sync_state,
    synced.action_type,
    synced.monday_item_id,
    synced.sync_error_message,
    synced.retry_count,
    synced.sync_attempted_at,
    synced.sync_completed_at
from {{ ref('swp_order_list_sync') }} as synced
