{#- As macros/platform/utf16_length.sql: Babelfish's DATALENGTH counts the bytes of UTF-8. -#}
{% macro utf16_length(text) %}(len(concat({{ text }}, N'x')) - 1){% endmacro %}
