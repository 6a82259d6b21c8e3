{#- Where the rows of the build before stand: {'relation', 'columns'}; none when there are none, or no server to ask.

    The table is looked for under its name, and under the one that it had in older releases: whoever upgrades while a
    workbook is refused keeps its last good orders.
    Args: relation, usually `this`. -#}
{% macro standing_rows(relation) %}
{%- if execute and flags.INTROSPECT -%}
    {%- for name in [relation.identifier, 'order_list_rows'] -%}
        {%- set found = adapter.get_relation(relation.database, relation.schema, name) -%}
        {%- set columns = adapter.get_columns_in_relation(found) | map(attribute='name') | list if found is not none else [] -%}
        {%- if found.type == 'table' and '_raw_table' in columns and 'sizes' in columns -%}
            {{ return({'relation': found, 'columns': columns}) }}
        {%- endif -%}
    {%- endfor -%}
{%- endif -%}
{% endmacro %}
