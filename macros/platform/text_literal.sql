{#- Any text as a literal.

    Args: text (not None). -#}
{% macro text_literal(text) %}{{ return(adapter.dispatch('text_literal')(text)) }}{% endmacro %}

{% macro default__text_literal(text) %}'{{ text | replace("'", "''") }}'{% endmacro %}

{% macro sqlserver__text_literal(text) %}N'{{ text | replace("'", "''") }}'{% endmacro %}
