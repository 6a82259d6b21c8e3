{{ config(alias='swp_ORDER_LIST_SYNC') }}

select
    orders.*,
    {{ group_name('orders') }} as group_name,
    {{ item_name('orders') }} as item_name,
    {{ sync_columns('orders.row_hash', 'ledger', 'monday_item_id') }}
from {{ ref('order_list') }} as orders
left join {{ source('ledger', 'monday_sync_items') }} as ledger
    on orders.order_key = ledger.order_key
