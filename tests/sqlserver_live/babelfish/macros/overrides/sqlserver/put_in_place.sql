{#- Babelfish waits for locks without a limit, and its WAITFOR is not sure: the renames, in a transaction. -#}
{% macro put_in_place(standing, away, beside, target_relation) %}
set xact_abort on;
begin transaction;
{%- if standing is not none %}
exec sp_rename {{ text_literal(name_in_brackets(standing)) }}, {{ text_literal(away.identifier) }}, N'OBJECT';
{%- endif %}
exec sp_rename {{ text_literal(name_in_brackets(beside)) }}, {{ text_literal(target_relation.identifier) }}, N'OBJECT';
commit transaction;
{% endmacro %}

{% macro name_in_brackets(relation) -%}
{{ return('[' ~ relation.schema ~ '].[' ~ relation.identifier ~ ']') }}
{%- endmacro %}
