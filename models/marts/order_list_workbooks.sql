select
    workbooks.raw_table,
    workbooks.status,
    workbooks.reason
from {{ ref('int_workbooks__judged') }} as workbooks
