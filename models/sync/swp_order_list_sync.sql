{{ config(alias='swp_ORDER_LIST_SYNC') }}

select
    orders.*,
    names.group_name,
    names.item_name,
    {{ sync_columns('orders.row_hash', 'ledger', 'monday_item_id') }}
from {{ ref('order_list') }} as orders
inner join {{ ref('int_orders__named') }} as names
    on orders.order_key = names.order_key
left join {{ source('ledger', 'monday_sync_items') }} as ledger
    on orders.order_key = ledger.order_key
