{#- The length of a text in UTF-16 units, which is what nvarchar(n) counts: an emoji has two.

    Args: text, an SQL expression of type text. -#}
{% macro utf16_length(text) %}{{ return(adapter.dispatch('utf16_length')(text)) }}{% endmacro %}

{% macro default__utf16_length(text) -%}
(length({{ text }}) + length(regexp_replace({{ text }}, '[^\x{10000}-\x{10FFFF}]', '', 'g')))
{%- endmacro %}

{% macro sqlserver__utf16_length(text) %}(datalength(cast({{ text }} as nvarchar(max))) / 2){% endmacro %}
