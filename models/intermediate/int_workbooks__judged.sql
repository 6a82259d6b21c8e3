{#- Which workbooks are read. One without its bounds is refused whole: nobody could tell which of its columns are
    sizes. -#}
with headers as (
    select * from {{ ref('int_headers__judged') }}
),

listed as (
    {%- for node in customer_models() if customer_source(node) %}
        select
            cast({{ text_literal(customer_source(node).identifier) }} as nvarchar(128)) as raw_table,
            {{ 1 if customer_settings(node).paused else 0 }} as is_paused
        union all
    {%- endfor %}
    select
        cast(null as nvarchar(128)) as raw_table,
        0 as is_paused
    where 1 = 0
),

bounds as (
    select
        headers.raw_table,
        max(case when headers.column_name = 'unit_of_measure' then headers.position end) as sizes_after,
        max(case when headers.column_name = 'total_qty' then headers.position end) as sizes_before
    from headers
    group by headers.raw_table
),

judged as (
    select
        listed.raw_table,
        case
            when listed.is_paused = 1 then 'paused'
            when bounds.raw_table is null then 'unlanded'
            when bounds.sizes_after is null or bounds.sizes_before is null then 'refused'
            when bounds.sizes_after > bounds.sizes_before then 'refused'
            else 'read'
        end as status,
        case
            when bounds.sizes_after is null and bounds.sizes_before is null then 'UNIT OF MEASURE and TOTAL QTY'
            when bounds.sizes_after is null then 'UNIT OF MEASURE'
            when bounds.sizes_before is null then 'TOTAL QTY'
        end as lacking
    from listed
    left join bounds on listed.raw_table = bounds.raw_table
)

select
    judged.raw_table,
    judged.status,
    case
        when judged.status = 'paused' then 'The customer''s file says paused.'
        when judged.status = 'refused' and judged.lacking is not null
            then concat(
                'No header is known as ', judged.lacking, ', and the sizes stand between the two. ',
                'Say which one it is in the customer''s file (columns), or correct the header.'
            )
        when judged.status = 'refused'
            then 'TOTAL QTY stands left of UNIT OF MEASURE, and the sizes stand between the two.'
    end as reason
from judged
