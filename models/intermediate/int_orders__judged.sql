{#- What becomes of each row: an order, or a reason why not. Narrow on purpose: the windows run over few columns. -#}
{%- set keys = key_columns() -%}
{#- windows and joins sort what they carry, so no text in them may have any length -#}
{%- set name_text = 'cast(left(sheet.customer_name, 400) as nvarchar(400))' -%}
with sheet as (
    select * from {{ ref('int_orders__unioned') }}
),

names as (
    select * from {{ ref('customer_names') }}
),

found as (
    select
        sheet._raw_table,
        sheet._source_file,
        sheet._source_sheet,
        sheet._source_row,
        {%- for column in business_columns() if column.name in keys %}
        {{ typed_value(column, 'sheet.' ~ column.name) }} as {{ column.name }},
        cast(left(sheet.{{ column.name }}, 400) as nvarchar(400)) as {{ column.name }}_text,
        {%- endfor %}
        {{ is_blank_row('sheet') }} as is_blank,
        case when {{ is_placeholder('sheet.aag_order_number') }} then 0 else 1 end as has_number,
        coalesce(
            {{ name_text }},
            first_value({{ name_text }}) over (
                partition by sheet._raw_table, sheet._source_file
                order by case when sheet.customer_name is null then 1 else 0 end, sheet._source_row
                rows between unbounded preceding and current row
            )
        ) as source_customer_name
    from sheet
),

spellings as (
    select
        {{ name_key('names.spelling') }} as spelling_key,
        {{ fold_blanks('names.customer_name') }} as customer_name
    from names
),

listed as (
    select
        spellings.spelling_key,
        min(spellings.customer_name) as customer_name
    from spellings
    group by spellings.spelling_key
),

named as (
    select
        found.*,
        listed.customer_name,
        {% call(columns) by_customer('found._raw_table', 'key') -%}
        {{ key_misfit('found', columns) }}
        {%- endcall %} as key_misfit
    from found
    left join listed
        on {{ name_key('found.source_customer_name') }} = listed.spelling_key
),

judged as (
    select
        named.*,
        case
            when named.is_blank = 1 then 'blank'
            when named.has_number = 0 then 'no_order_number'
            when named.customer_name is null then 'unknown_customer'
            when named.key_misfit is not null then 'key_does_not_fit'
        end as verdict,
        {% call(columns) by_customer('named._raw_table', 'key') -%}
        {{ order_key('named', columns) }}
        {%- endcall %} as order_key
    from named
),

ranked as (
    select
        judged.*,
        row_number() over (
            partition by judged.verdict, judged.order_key order by judged._source_file, judged._source_row
        ) as place,
        first_value(judged._source_file) over (
            partition by judged.verdict, judged.order_key order by judged._source_file, judged._source_row
            rows between unbounded preceding and current row
        ) as first_file,
        first_value(judged._source_row) over (
            partition by judged.verdict, judged.order_key order by judged._source_file, judged._source_row
            rows between unbounded preceding and current row
        ) as first_row
    from judged
)

select
    ranked._raw_table,
    ranked._source_file,
    ranked._source_sheet,
    ranked._source_row,
    ranked.customer_name,
    ranked.source_customer_name,
    case when ranked.verdict is null then ranked.order_key end as order_key,
    case when ranked.verdict is null and ranked.place > 1 then 'duplicate' else ranked.verdict end as row_reject_code,
    {{ row_reject_reason('ranked') }} as row_reject_reason
from ranked
