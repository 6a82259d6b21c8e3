{#- Stops a build that would end green and empty: no workbook has been landed here, or those that were have no row while
    ORDER_LIST has. The profile may name another schema, or its path may be relative to another folder. -#}
{% macro refuse_an_empty_source() %}
{%- set place = "schema '" ~ target.schema ~ "' of " ~ (target.path or target.database) -%}
{%- set landed = landed_tables() -%}
{%- if not landed -%}
    {{ exceptions.raise_compiler_error('No workbook has been landed in ' ~ place ~ ': there is nothing to build. Run `loader land`, or correct the target, schema or path in profiles.yml.') }}
{%- endif -%}
{%- for raw in landed if has_rows(raw) -%} {{ return('') }} {%- endfor -%}
{%- set orders = adapter.get_relation(target.database, target.schema, 'ORDER_LIST') -%}
{%- if orders is not none and has_rows(orders) -%}
    {{ exceptions.raise_compiler_error('None of the ' ~ landed | length ~ ' landed workbooks in ' ~ place ~ ' has a row, but ORDER_LIST has: it is left as it is. Land the workbooks again: `loader land --full`.') }}
{%- endif -%}
{% endmacro %}

{#- Args: relation. -#}
{% macro has_rows(relation) %}
{{ return((run_query('select case when exists (select 1 from ' ~ relation ~ ') then 1 else 0 end as has_rows') | first)[0] == 1) }}
{% endmacro %}
