{#- A size that left its order: the board must show 0. With its order gone as well, nothing is done about the line;
    should the order go on under another key, it is a size that left it. -#}
with ledger as (
    select
        line_key,
        order_key,
        customer_name,
        item_name,
        monday_subitem_id,
        board_hash,
        attempt_hash,
        outcome,
        error_message,
        retry_count
    from {{ source('ledger', 'monday_sync_subitems') }}
    where monday_subitem_id is not null
),

standing as (
    select line_key from {{ ref('int_order_lines__keyed') }}
),

orders as (
    select
        order_key,
        order_type,
        ex_factory_date
    from {{ ref('order_list') }}
),

mapped as (
    {{ board_mapping('subitem', ['customer_name', 'order_type', 'ex_factory_date']) }}
),

gone as (
    select
        ledger.*,
        orders.order_type,
        orders.ex_factory_date,
        case when orders.order_key is null then 0 else 1 end as has_order,
        {{ line_hash('ledger.item_name', '0', '0') }} as zero_row_hash
    from ledger
    left join orders
        on ledger.order_key = orders.order_key
    left join standing
        on ledger.line_key = standing.line_key
    where standing.line_key is null
),

zeroed as (
    select
        gone.*,
        {{ line_board_hash('gone.zero_row_hash', 'gone', 'mapped') }} as zero_hash
    from gone
    cross join mapped
)

select
    zeroed.line_key,
    zeroed.order_key,
    zeroed.customer_name,
    zeroed.item_name as size_code,
    0 as qty,
    zeroed.zero_row_hash as row_hash,
    zeroed.zero_hash as board_hash,
    case
        when zeroed.has_order = 1 then {{ sync_state('zeroed.zero_hash', 'zeroed') }}
        when zeroed.has_order = 0 then {{ gone_state('zeroed') }}
    end as sync_state,
    case when zeroed.has_order = 1 then 'UPDATE' else 'DELETE' end as action_type,
    zeroed.monday_subitem_id,
    zeroed.error_message as sync_error_message,
    coalesce(zeroed.retry_count, 0) as retry_count,
    zeroed.order_type,
    zeroed.ex_factory_date
from zeroed
where zeroed.has_order = 0 or {{ sync_state('zeroed.zero_hash', 'zeroed') }} <> 'SYNCED'
