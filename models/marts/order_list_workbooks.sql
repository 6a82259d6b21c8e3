with workbooks as (
    select * from {{ ref('int_workbooks__judged') }}
),

verdicts as (
    select * from {{ ref('int_orders__judged') }}
),

files as (
    select
        verdicts._raw_table as raw_table,
        max(verdicts._source_file) as _source_file,
        max(verdicts._source_sheet) as _source_sheet,
        count(*) as sheet_rows
    from verdicts
    group by verdicts._raw_table
)

select
    workbooks.raw_table,
    cast(files._source_file as nvarchar(255)) as _source_file,
    cast(files._source_sheet as nvarchar(128)) as _source_sheet,
    coalesce(files.sheet_rows, 0) as sheet_rows,
    workbooks.status,
    case
        when workbooks.status = 'refused' and files.raw_table is null
            then concat(workbooks.reason, ' No good rows of it stand from a build before, so it has no orders now.')
        else workbooks.reason
    end as reason
from workbooks
left join files
    on workbooks.raw_table = files.raw_table
