{{ config(severity='error') }}
{#- Compared as int_orders__judged joins them: two lines of one customer whose spellings are the same there do no
    harm. -#}
with spellings as (
    select
        {{ name_key('names.spelling') }} as spelling_key,
        {{ name_key('names.customer_name') }} as customer_key
    from {{ ref('customer_names') }} as names
)

select
    spellings.spelling_key,
    count(distinct spellings.customer_key) as customers
from spellings
group by spellings.spelling_key
having count(distinct spellings.customer_key) > 1
