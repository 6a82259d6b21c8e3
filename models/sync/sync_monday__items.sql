with waiting as (
    select
        orders.order_key,
        orders.group_name,
        orders.item_name,
        orders.row_hash,
        orders.board_hash,
        orders.sync_state,
        orders.action_type,
        orders.monday_item_id,
        orders.sync_error_message,
        orders.retry_count,
        {%- for column in business_columns() %}
        {%- set shown = shown_value(column, 'orders') | trim %}
        {{ shown if shown == 'orders.' ~ identifier(column.name) else shown ~ ' as ' ~ identifier(column.name) }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('swp_order_list_sync') }} as orders
    where orders.sync_state <> 'SYNCED'
    union all
    select
        ledger.order_key,
        ledger.group_name,
        ledger.item_name,
        ledger.row_hash,
        ledger.board_hash,
        {{ gone_state('ledger') }} as sync_state,
        'DELETE' as action_type,
        ledger.monday_item_id,
        ledger.error_message as sync_error_message,
        coalesce(ledger.retry_count, 0) as retry_count,
        {%- for column in business_columns() %}
        {{ 'ledger.customer_name' if column.name == 'customer_name' else 'cast(null as ' ~ column.data_type ~ ') as ' ~ identifier(column.name) }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ source('ledger', 'monday_sync_items') }} as ledger
    where
        ledger.monday_item_id is not null
        and not exists (select 1 from {{ ref('order_list') }} as orders where orders.order_key = ledger.order_key)
)

select
    waiting.*,
    coalesce(customers.is_held_back, 0) as is_held_back,
    customers.held_back_reason
from waiting
left join {{ ref('sync_customers') }} as customers
    on waiting.customer_name = customers.customer_name
where coalesce(customers.is_paused, 0) = 0
