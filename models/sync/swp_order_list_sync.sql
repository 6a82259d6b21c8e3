{{ config(alias='swp_ORDER_LIST_SYNC') }}

with mapped as ({{ board_mapping('item') }}),

named as (
    select
        {{ order_columns('orders') | indent(4) }},
        names.group_name,
        names.item_name
    from {{ ref('order_list') }} as orders
    inner join {{ ref('int_orders__named') }} as names
        on orders.order_key = names.order_key
),

hashed as (
    select
        named.*,
        {{ order_board_hash('named', 'mapped.mapping') }} as board_hash
    from named
    cross join mapped
)

select
    hashed.*,
    {{ sync_columns('hashed.board_hash', 'ledger', 'monday_item_id') }}
from hashed
left join {{ source('ledger', 'monday_sync_items') }} as ledger
    on hashed.order_key = ledger.order_key
