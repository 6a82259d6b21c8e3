{#- Rows beside their verdicts. A view: both are tables, and writing 160 columns twice costs more than joining them. -#}
{{ config(alias='ORDER_LIST_STAGING', materialized='view') }}

select
    verdict.order_key,
    verdict.row_reject_code,
    verdict.row_reject_reason,
    {%- for column in business_columns() if column.name != 'customer_name' %}
    sheet.{{ identifier(column.name) }},
    {%- endfor %}
    verdict.customer_name,
    verdict.source_customer_name,
    sheet.sizes,
    sheet._raw_table,
    sheet._source_file,
    sheet._source_sheet,
    sheet._source_row,
    sheet._extracted_at,
    sheet._load_id
from {{ ref('int_orders__unioned') }} as sheet
inner join {{ ref('int_orders__judged') }} as verdict
    on
        sheet._raw_table = verdict._raw_table
        and sheet._source_file = verdict._source_file
        and sheet._source_row = verdict._source_row
