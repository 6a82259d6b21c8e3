with headers as (
    select * from {{ ref('int_headers__judged') }}
),

verdicts as (
    select * from {{ ref('int_orders__judged') }}
),

files as (
    select
        verdicts._raw_table as raw_table,
        max(verdicts._source_file) as _source_file,
        max(verdicts._source_sheet) as _source_sheet
    from verdicts
    group by verdicts._raw_table
)

select
    headers.raw_table,
    files._source_file,
    files._source_sheet,
    headers.position,
    headers.header,
    headers.role,
    headers.column_name
from headers
left join files on headers.raw_table = files.raw_table
