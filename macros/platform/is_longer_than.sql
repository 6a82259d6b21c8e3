{#- A condition: the text has more than n UTF-16 units. Bytes are never fewer than units, so most texts need one look.

    Args: text, an SQL expression of type text; units, an integer. -#}
{% macro is_longer_than(text, units) %}{{ return(adapter.dispatch('is_longer_than')(text, units)) }}{% endmacro %}

{% macro default__is_longer_than(text, units) -%}
(strlen({{ text }}) > {{ units }} and {{ utf16_length(text) }} > {{ units }})
{%- endmacro %}

{% macro sqlserver__is_longer_than(text, units) %}({{ utf16_length(text) }} > {{ units }}){% endmacro %}
