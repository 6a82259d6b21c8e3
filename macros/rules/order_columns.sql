{#- The columns of ORDER_LIST, each by name, for a select list.

    Never `*` in a view over a table or another view: SQL Server binds it when the view is made, and when the table is then
    made anew with a column more, the view shows each value under its neighbour's name.
    Args: rows, their alias. -#}
{% macro order_columns(rows) %}
{%- set kept = business_columns() | map(attribute='name') | list -%}
{%- set listed = [] -%}
{%- for column in order_list_columns() if not column.header or column.name in kept -%}
    {%- do listed.append(rows ~ '.' ~ identifier(column.name)) -%}
{%- endfor -%}
{{ return(listed | join(',\n    ')) }}
{% endmacro %}
