{#- A name as a quoted identifier. Double quotes work on every engine (SQL Server: QUOTED_IDENTIFIER, on by default).

    Args: name, any text. -#}
{% macro identifier(name) %}"{{ name | replace('"', '""') }}"{% endmacro %}
