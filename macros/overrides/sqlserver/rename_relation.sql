{#- Renames a table or view: the adapter's own, in Unicode, and with names in brackets, so that they may hold a dot.

    Args: from_relation, to_relation. -#}
{% macro sqlserver__rename_relation(from_relation, to_relation) -%}
{%- set old = '[' ~ from_relation.schema | replace(']', ']]') ~ '].[' ~ from_relation.identifier | replace(']', ']]') ~ ']' -%}
{%- call statement('rename_relation') -%}
{{ get_use_database_sql(from_relation.database) }}
exec sp_rename {{ text_literal(old) }}, {{ text_literal(to_relation.identifier) }}, N'OBJECT'
{%- endcall -%}
{%- endmacro %}
