{{ config(severity='error') }}
{#- File by file: what was landed is an order or a rejected row. Counts the raw tables themselves. -#}
with landed as (
    {%- for raw in landed_tables() %}
    select
        cast(_source_file as nvarchar(255)) as _source_file,
        count(*) as landed_rows
    from {{ raw }}
    group by _source_file
    union all
    {%- endfor %}
    select
        cast(null as nvarchar(255)) as _source_file,
        0 as landed_rows
    where 1 = 0
),

accounted as (
    select
        orders._source_file,
        count(*) as orders,
        0 as rejected_rows
    from {{ ref('order_list') }} as orders
    group by orders._source_file
    union all
    select
        rejects._source_file,
        0 as orders,
        count(*) as rejected_rows
    from {{ ref('order_list_rejects') }} as rejects
    where rejects.reject_level = 'row'
    group by rejects._source_file
),

summed as (
    select
        accounted._source_file,
        sum(accounted.orders) as orders,
        sum(accounted.rejected_rows) as rejected_rows
    from accounted
    group by accounted._source_file
)

select
    coalesce(landed._source_file, summed._source_file) as _source_file,
    landed.landed_rows,
    summed.orders,
    summed.rejected_rows
from landed
full outer join summed on landed._source_file = summed._source_file
where coalesce(landed.landed_rows, 0) <> coalesce(summed.orders, 0) + coalesce(summed.rejected_rows, 0)
