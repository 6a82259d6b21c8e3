{#- A statement that creates a table unless it is there.

    Args: relation; columns, a list of "name type [not null]"; key, the name of its primary key. -#}
{% macro create_table_if_missing(relation, columns, key) %}
{{- return(adapter.dispatch('create_table_if_missing')(relation, columns, key)) -}}
{% endmacro %}

{% macro default__create_table_if_missing(relation, columns, key) -%}
create table if not exists {{ relation }} ({{ columns | join(', ') }}, primary key ({{ key }}))
{%- endmacro %}

{% macro sqlserver__create_table_if_missing(relation, columns, key) -%}
if object_id({{ text_literal(relation | string) }}, N'U') is null
create table {{ relation }} ({{ columns | join(', ') }}, primary key ({{ key }}))
{%- endmacro %}
