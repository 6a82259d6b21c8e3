{{ config(alias='swp_ORDER_LIST_SYNC') }}

with ledger as (
    select
        order_key,
        monday_item_id,
        board_hash,
        attempt_hash,
        outcome,
        error_message,
        retry_count,
        attempted_at,
        completed_at
    from {{ source('ledger', 'monday_sync_items') }}
),

board_names as (
    select
        order_key,
        group_name,
        item_name
    from {{ ref('int_orders__named') }}
),

mapped as (
    {{ board_mapping('item') }}
),

named_orders as (
    select
        {{ order_columns('orders') | indent(4) }},
        board_names.group_name,
        board_names.item_name
    from {{ ref('order_list') }} as orders
    inner join board_names
        on orders.order_key = board_names.order_key
),

hashed as (
    select
        named_orders.*,
        {{ order_board_hash('named_orders', 'mapped.mapping') }} as board_hash
    from named_orders
    cross join mapped
)

select
    hashed.*,
    {{ sync_columns('hashed.board_hash', 'ledger', 'monday_item_id') }}
from hashed
left join ledger
    on hashed.order_key = ledger.order_key
