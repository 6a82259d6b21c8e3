{{ config(meta={'only_reports': true}) }}
{#- An unknown header is data that goes nowhere. Hint: declare the column in macros/columns/order_list_columns.sql, give
    it as a spelling there, or say in the customer's file what it is (columns: a column, 'size' or 'ignore'). -#}
select
    headers.raw_table,
    headers._source_file,
    headers.header
from {{ ref('order_list_headers') }} as headers
where headers.role = 'unknown'
