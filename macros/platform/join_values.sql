{#- A join clause that pairs every row with rows computed from its own columns.

    Args: rows, a list of SQL texts "a, b, ..."; alias; columns, the names of the values. -#}
{% macro join_values(rows, alias, columns) %}{{ return(adapter.dispatch('join_values')(rows, alias, columns)) }}{% endmacro %}

{% macro default__join_values(rows, alias, columns) -%}
cross join lateral (values
    {%- for row in rows %}
    ({{ row }}){{ ',' if not loop.last }}
    {%- endfor %}
) as {{ alias }} ({{ columns | join(', ') }})
{%- endmacro %}

{% macro sqlserver__join_values(rows, alias, columns) -%}
cross apply (values
    {%- for row in rows %}
    ({{ row }}){{ ',' if not loop.last }}
    {%- endfor %}
) as {{ alias }} ({{ columns | join(', ') }})
{%- endmacro %}
