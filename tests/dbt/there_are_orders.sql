{{ config(severity='error') }}
{#- Where rows were landed there are orders. None at all means that something upstream is wrong (a seed, a mapping, the
    landing), whatever else passes; `--empty` asks for none. -#}
with counted as (
    select
        (select count(*) from {{ ref('order_list') }}) as orders,
        (select count(*) from {{ ref('int_orders__judged') }}) as landed_rows
)

select
    counted.orders,
    counted.landed_rows
from counted
where counted.orders = 0 and {{ '1 = 0' if flags.EMPTY else '1 = 1' }}
