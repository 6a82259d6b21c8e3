{{ config(severity='error') }}
{#- Every landing table of the customer list has a model, and every model's table is on the list. -#}
{%- set declared = [] -%}
{%- if execute -%}
    {%- for source in graph.sources.values() if source.source_name == 'workbooks' -%}
        {%- do declared.append(source.identifier) -%}
    {%- endfor -%}
{%- endif %}
with declared as (
    {%- for name in declared %}
        select cast({{ text_literal(name) }} as nvarchar(128)) as raw_table
        union all
    {%- endfor %}
    select cast(null as nvarchar(128)) as raw_table
    where 1 = 0
),

listed as (
    select distinct {{ fold_blanks('names.raw_table') }} as raw_table
    from {{ ref('customer_names') }} as names
    where {{ fold_blanks('names.raw_table') }} is not null
)

select
    declared.raw_table as declared_table,
    listed.raw_table as listed_table
from declared
full outer join listed on declared.raw_table = listed.raw_table
where
    (declared.raw_table is null or listed.raw_table is null)
    and {{ '1 = 0' if flags.EMPTY else '1 = 1' }} -- `dbt build --empty` reads no seed
