{#- The indexes of a table, for its config: SQL Server's rows lie in the order of the key, and each other column gets an
    index of its own. DuckDB keeps minima and maxima of every block by itself, so there they are only work.

    Args: key, the column that is unique; others, columns that are searched or joined by. -#}
{% macro indexes_on(key, others) %}{{ return(adapter.dispatch('indexes_on')(key, others)) }}{% endmacro %}

{% macro default__indexes_on(key, others) %}{{ return([]) }}{% endmacro %}

{% macro sqlserver__indexes_on(key, others) %}
{%- set indexes = [{'columns': [key], 'unique': true, 'type': 'clustered'}] -%}
{%- for column in others -%} {%- do indexes.append({'columns': [column], 'type': 'nonclustered'}) -%} {%- endfor -%}
{{ return(indexes) }}
{% endmacro %}
