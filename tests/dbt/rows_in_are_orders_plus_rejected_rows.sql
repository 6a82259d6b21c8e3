{{ config(severity='error') }}
{#- File by file: what was landed is an order or a rejected row. Counts the raw tables themselves, of all workbooks that
    are read. -#}
with workbooks as (
    select * from {{ ref('int_workbooks__judged') }}
),

tables as (
    {%- for raw in landed_tables() %}
        select
            cast({{ text_literal(raw.identifier) }} as nvarchar(128)) as raw_table,
            cast(_source_file as nvarchar(255)) as _source_file,
            count(*) as landed_rows
        from {{ raw }}
        group by _source_file
        union all
    {%- endfor %}
    select
        cast(null as nvarchar(128)) as raw_table,
        cast(null as nvarchar(255)) as _source_file,
        0 as landed_rows
    where 1 = 0
),

landed as (
    select
        tables._source_file,
        tables.landed_rows
    from tables
    inner join workbooks on tables.raw_table = workbooks.raw_table
    where workbooks.status = 'read'
),

standing as (
    select distinct sheets._source_file
    from {{ ref('int_orders__unioned') }} as sheets
    inner join workbooks on sheets._raw_table = workbooks.raw_table
    where workbooks.status = 'refused'
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
    left join standing
        on accounted._source_file = standing._source_file
    where standing._source_file is null
    group by accounted._source_file
)

select
    coalesce(landed._source_file, summed._source_file) as _source_file,
    landed.landed_rows,
    summed.orders,
    summed.rejected_rows
from landed
full outer join summed on landed._source_file = summed._source_file
where
    coalesce(landed.landed_rows, 0) <> coalesce(summed.orders, 0) + coalesce(summed.rejected_rows, 0)
    and {{ '1 = 0' if flags.EMPTY else '1 = 1' }} -- `dbt build --empty` reads no rows
