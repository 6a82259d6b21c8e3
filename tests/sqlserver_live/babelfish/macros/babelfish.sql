{#- Babelfish has no OPTION (LABEL = ...). -#}
{% macro get_query_options(parse_options=False) %}{{ return('') }}{% endmacro %}

{#- The names of its indexes are unique within a schema, and a table that steps aside keeps its own: each run has names of its own. -#}
{% macro sqlserver__create_indexes(relation) %}
  {%- for index in config.get('indexes', default=[]) %}
    {%- set name = adapter.parse_index(index).render(relation) %}
    {%- do run_query(sqlserver__get_create_index_sql(relation, index) | replace(name, name[:32] ~ '_' ~ local_md5(invocation_id)[:8])) %}
  {%- endfor %}
{% endmacro %}

{#- It has no sp_refreshview and compares what it describes loosely: every view is made anew. -#}
{% macro sqlserver__get_view_skip_check_sql(relation, compiled_sql) -%}
    select cast(null as nvarchar(10)) as definition, 0 as needs_refresh where 1 = 0
{%- endmacro %}
