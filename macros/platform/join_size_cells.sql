{#- A join clause that turns the JSON of size_cells back into rows: code, qty (text), position.

    Args: json, the column that holds it; alias, the name of the joined rows. -#}
{% macro join_size_cells(json, alias) %}{{ return(adapter.dispatch('join_size_cells')(json, alias)) }}{% endmacro %}

{% macro default__join_size_cells(json, alias) -%}
cross join lateral (
    select unnest(from_json({{ json }}, '[{"code": "VARCHAR", "qty": "VARCHAR", "position": "INTEGER"}]'), max_depth := 2)
) as {{ alias }}
{%- endmacro %}

{% macro sqlserver__join_size_cells(json, alias) -%}
cross apply openjson({{ json }}) with (
    code nvarchar(128) '$.code',
    qty nvarchar(max) '$.qty',
    position int '$.position'
) as {{ alias }}
{%- endmacro %}
