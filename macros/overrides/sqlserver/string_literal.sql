{#- A literal in dbt's own statements, such as the rows of unit tests. Args: value, escaped already. -#}
{% macro sqlserver__string_literal(value) %}N'{{ value }}'{% endmacro %}
