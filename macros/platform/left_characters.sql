{#- The first n characters (code points: an emoji counts once and is never cut in two), without a trailing space.

    Args: text, an SQL expression; count, an integer. -#}
{% macro left_characters(text, count) %}{{ return(adapter.dispatch('left_characters')(text, count)) }}{% endmacro %}

{% macro default__left_characters(text, count) %}rtrim(left({{ text }}, {{ count }})){% endmacro %}

{% macro sqlserver__left_characters(text, count) -%}
rtrim(left(({{ text }}) collate Latin1_General_100_CI_AS_SC, {{ count }}) collate database_default)
{%- endmacro %}
