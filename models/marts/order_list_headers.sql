with headers as (
    select * from {{ ref('int_headers__judged') }}
),

workbooks as (
    select * from {{ ref('order_list_workbooks') }}
)

select
    headers.raw_table,
    workbooks._source_file,
    workbooks._source_sheet,
    headers.position,
    headers.header,
    headers.role,
    headers.column_name
from headers
inner join workbooks
    on headers.raw_table = workbooks.raw_table
