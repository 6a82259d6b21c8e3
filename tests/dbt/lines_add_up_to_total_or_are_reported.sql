{#- Every order's lines add up to its TOTAL QTY, or the rejects say that they do not. -#}
with sums as (
    select
        lines.order_key,
        sum(cast(lines.ordered_qty as bigint)) as pieces
    from {{ ref('int_order_lines__keyed') }} as lines
    group by lines.order_key
)

select
    orders.customer_name,
    orders.order_key,
    orders.total_qty,
    sums.pieces
from {{ ref('order_list') }} as orders
left join sums on orders.order_key = sums.order_key
where
    coalesce(orders.total_qty, 0) <> coalesce(sums.pieces, 0)
    and not exists (
        select 1
        from {{ ref('order_list_rejects') }} as rejects
        where
            rejects._source_file = orders._source_file
            and rejects._source_row = orders._source_row
            and rejects.column_name = 'TOTAL QTY'
    )
