{#- The columns that a table of ours has from the build before; none when there is no such table, or no server to ask.

    Args: relation, usually `this`. Returns a list of names. -#}
{% macro columns_standing(relation) %}
{%- if not execute or not flags.INTROSPECT -%} {{ return([]) }} {%- endif -%}
{%- set found = load_relation(relation) -%}
{{ return(adapter.get_columns_in_relation(found) | map(attribute='name') | list if found is not none else []) }}
{% endmacro %}
