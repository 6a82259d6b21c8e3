with ledger as (
    select
        order_key,
        group_name,
        item_name,
        customer_name,
        row_hash,
        board_hash,
        outcome,
        monday_item_id,
        error_message,
        retry_count
    from {{ source('ledger', 'monday_sync_items') }}
),

orders as (
    select order_key from {{ ref('order_list') }}
),

customers as (
    select
        customer_name,
        is_paused,
        is_held_back,
        held_back_reason
    from {{ ref('sync_customers') }}
),

waiting as (
    select
        synced.order_key,
        synced.group_name,
        synced.item_name,
        synced.row_hash,
        synced.board_hash,
        synced.sync_state,
        synced.action_type,
        synced.monday_item_id,
        {%- for column in business_columns() %}
            {%- set name, shown = identifier(column.name), shown_value(column, 'synced') | trim %}
            {{ shown }}{{ ' as ' ~ name if shown != 'synced.' ~ name }},
        {%- endfor %}
        synced.sync_error_message,
        synced.retry_count
    from {{ ref('swp_order_list_sync') }} as synced
    where synced.sync_state <> 'SYNCED'
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
        {%- for column in business_columns() %}
            {% if column.name == 'customer_name' -%}
                ledger.customer_name,
            {%- else -%}
                cast(null as {{ column.data_type }}) as {{ identifier(column.name) }},
            {%- endif %}
        {%- endfor %}
        ledger.error_message as sync_error_message,
        coalesce(ledger.retry_count, 0) as retry_count
    from ledger
    left join orders
        on ledger.order_key = orders.order_key
    where ledger.monday_item_id is not null and orders.order_key is null
)

select
    waiting.*,
    coalesce(customers.is_held_back, 0) as is_held_back,
    customers.held_back_reason
from waiting
left join customers
    on waiting.customer_name = customers.customer_name
where coalesce(customers.is_paused, 0) = 0
