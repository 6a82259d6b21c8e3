{#- A condition: the text looks like 3/4/2026, a day and a month in either order.

    Args: text, an SQL expression of folded text. -#}
{% macro is_two_numbers_and_a_year(text) %}
{{- return(adapter.dispatch('is_two_numbers_and_a_year')(text)) -}}
{% endmacro %}

{% macro default__is_two_numbers_and_a_year(text) -%}
regexp_full_match({{ text }}, '(0?[1-9]|1[0-2])[/.-](0?[1-9]|1[0-2])[/.-]([0-9]{2}|[0-9]{4})( .*)?')
{%- endmacro %}

{% macro sqlserver__is_two_numbers_and_a_year(text) -%}
{%- set day -%} left({{ text }}, charindex(N' ', concat({{ text }}, N' ')) - 1) {%- endset -%}
{%- set dots -%} replace(replace({{ day }}, N'/', N'.'), N'-', N'.') {%- endset -%}
({{ dotted_is_year(dots, 1) }}
    and try_cast({{ dotted_part(dots, 2) }} as int) between 1 and 12
    and try_cast({{ dotted_part(dots, 3) }} as int) between 1 and 12
    and {{ dotted_part(dots, 4) }} is null)
{%- endmacro %}
