{{ config(severity='error') }}
{#- A build starts only where rows were landed, so none at all means that something upstream is wrong (a seed, a
    mapping), whatever else passes. `--empty` asks for none. -#}
select count(*) as orders
from {{ ref('order_list') }}
having count(*) = 0 and {{ '1 = 0' if flags.EMPTY else '1 = 1' }}
