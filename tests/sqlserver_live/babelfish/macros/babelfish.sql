{#- Babelfish has no OPTION (LABEL = ...). -#}
{% macro get_query_options(parse_options=False) %}{{ return('') }}{% endmacro %}

{#- The names of its indexes are unique within a schema, and a table that steps aside keeps its own: each run has names of its own.
    And it makes a computed decimal without a scale, which sys.columns takes for one of 38 digits, all behind the point: a copy
    of the table could hold no number. So it gets the four places that our prices have, while no view reads the table yet. -#}
{% macro sqlserver__create_indexes(relation) %}
  {%- set of = relation.include(database=False) | string | replace('"', '') %}
  {%- set loose = run_query("select cast(attname as nvarchar(128)) from pg_catalog.pg_attribute where attrelid = cast(object_id('" ~ of
      ~ "') as oid) and cast(atttypid as int) = 1700 and atttypmod = -1 and attnum > 0") %}
  {%- for row in loose.rows %}
    {%- do run_query('alter table ' ~ of ~ ' alter column [' ~ row[0] ~ '] decimal(28, 4)') %}
  {%- endfor %}
  {%- for index in config.get('indexes', default=[]) %}
    {%- set name = adapter.parse_index(index).render(relation) %}
    {%- do run_query(sqlserver__get_create_index_sql(relation, index) | replace(name, name[:32] ~ '_' ~ local_md5(invocation_id)[:8])) %}
  {%- endfor %}
{% endmacro %}

{#- It has no sp_refreshview and compares what it describes loosely: every view is made anew. -#}
{% macro sqlserver__get_view_skip_check_sql(relation, compiled_sql) -%}
    select cast(null as nvarchar(10)) as definition, 0 as needs_refresh where 1 = 0
{%- endmacro %}
