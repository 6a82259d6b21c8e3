{#- The bytes of a text. Never fewer than its UTF-16 units, so it is a cheap first look at whether a text is short.

    Args: text, an SQL expression of type text. -#}
{% macro byte_length(text) %}{{ return(adapter.dispatch('byte_length')(text)) }}{% endmacro %}

{% macro default__byte_length(text) %}strlen({{ text }}){% endmacro %}

{% macro sqlserver__byte_length(text) %}datalength({{ text }}){% endmacro %}
