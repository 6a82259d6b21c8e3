{#- A statement that adds a column to a table unless it has it.

    Args: relation; column, its name; type. -#}
{% macro add_column_if_missing(relation, column, type) %}
{{- return(adapter.dispatch('add_column_if_missing')(relation, column, type)) -}}
{% endmacro %}

{% macro default__add_column_if_missing(relation, column, type) -%}
alter table {{ relation }} add column if not exists {{ column }} {{ type }}
{%- endmacro %}

{% macro sqlserver__add_column_if_missing(relation, column, type) -%}
if col_length('{{ relation | replace("'", "''") }}', '{{ column }}') is null
alter table {{ relation }} add {{ column }} {{ type }} null
{%- endmacro %}
