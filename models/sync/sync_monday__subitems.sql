with lines as (
    select
        line_key,
        order_key,
        customer_name,
        size_code,
        qty,
        row_hash,
        board_hash,
        sync_state,
        action_type,
        monday_subitem_id,
        sync_error_message,
        retry_count,
        order_type,
        ex_factory_date
    from {{ ref('order_list_lines') }}
    where sync_state <> 'SYNCED'
),

gone as (
    select
        line_key,
        order_key,
        customer_name,
        size_code,
        qty,
        row_hash,
        board_hash,
        sync_state,
        action_type,
        monday_subitem_id,
        sync_error_message,
        retry_count,
        order_type,
        ex_factory_date
    from {{ ref('sync_lines_gone') }}
),

parents as (
    select
        order_key,
        monday_item_id
    from {{ source('ledger', 'monday_sync_items') }}
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
    select lines.*
    from lines
    union all
    select gone.*
    from gone
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
    parents.monday_item_id,
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
left join parents
    on waiting.order_key = parents.order_key
left join customers
    on waiting.customer_name = customers.customer_name
where coalesce(customers.is_paused, 0) = 0
