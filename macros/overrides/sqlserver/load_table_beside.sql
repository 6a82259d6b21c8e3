{#- Makes a table and fills it, in two statements: one that does both locks the catalog until the last row is in.

    Args: relation, which nobody reads yet; sql, the model's. -#}
{% macro load_table_beside(relation, sql) %}
{%- set source = relation.incorporate(path={'identifier': relation.identifier ~ '__dbt_tmp_vw'}, type='view') -%}
{%- set listed = namespace(columns='', selected='*') -%}
{%- if config.get('contract').enforced -%}
    {%- set quoted = [] -%}
    {%- for name in model.columns -%} {%- do quoted.append('[' ~ name | replace(']', ']]') ~ ']') -%} {%- endfor -%}
    {%- set listed.selected = quoted | join(', ') -%}
    {%- set listed.columns = '(' ~ listed.selected ~ ')' -%}
{%- endif -%}
{%- call statement('view_of_it', auto_begin=False) -%} {{ get_create_view_as_sql(source, sql) }} {%- endcall -%}
{%- call statement('table_beside', auto_begin=False) -%}
{{ get_use_database_sql(relation.database) }}
drop table if exists {{ relation }};
{%- if config.get('contract').enforced %}
create table {{ relation }}
{{ get_assert_columns_equivalent(sql) }}
{{ build_columns_constraints(relation) }}
{%- else %}
select top 0 * into {{ relation }} from {{ source }} union all select top 0 * from {{ source }}
{%- endif -%}
{%- endcall -%}
{%- call statement('main', auto_begin=False) -%}
insert into {{ relation }} with (tablock) {{ listed.columns }}
select {{ listed.selected }} from {{ source }} {{ get_query_options(parse_options=True) }}
{%- endcall -%}
{%- call statement('no_view_of_it', auto_begin=False) -%}
{{ get_use_database_sql(relation.database) }}
drop view if exists {{ source.include(database=False) }}
{%- endcall -%}
{% endmacro %}
