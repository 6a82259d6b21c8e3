{#- Rows beside their verdicts. A view: both are tables, and writing 160 columns twice costs more than joining them.
    Both are read where their columns are listed, not in CTEs: a view names each column, and 160 once is enough. -#}
{{ config(alias='ORDER_LIST_STAGING', materialized='view') }}

select
    verdicts.order_key,
    verdicts.row_reject_code,
    verdicts.row_reject_reason,
    {%- for column in business_columns() if column.name != 'customer_name' %}
        sheet.{{ identifier(column.name) }},
    {%- endfor %}
    verdicts.customer_name,
    verdicts.source_customer_name,
    sheet.sizes,
    sheet._raw_table,
    sheet._source_file,
    sheet._source_sheet,
    sheet._source_row,
    sheet._extracted_at,
    sheet._load_id
from {{ ref('int_orders__unioned') }} as sheet
inner join {{ ref('int_orders__judged') }} as verdicts
    on
        sheet._raw_table = verdicts._raw_table
        and sheet._source_file = verdicts._source_file
        and sheet._source_row = verdicts._source_row
