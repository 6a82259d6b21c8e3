{#- A condition: the text looks like 3/4/2026, a day and a month in either order.

    Args: text, an SQL expression of folded text. -#}
{% macro is_two_numbers_and_a_year(text) %}
{{- return(adapter.dispatch('is_two_numbers_and_a_year')(text)) -}}
{% endmacro %}

{% macro default__is_two_numbers_and_a_year(text) -%}
regexp_full_match({{ text }}, '(0?[1-9]|1[0-2])[/.-](0?[1-9]|1[0-2])[/.-]([0-9]{2}|[0-9]{4})( .*)?')
{%- endmacro %}

{% macro sqlserver__is_two_numbers_and_a_year(text) -%}
exists (
    select 1
    from (select translate(left({{ text }}, charindex(N' ', concat({{ text }}, N' ')) - 1), N'/-', N'..') as day) as d
    where {{ dotted_is_year('d.day', 1) }} and {{ dotted_part('d.day', 4) }} is null
        and {{ dotted_is_day('d.day', 2) }} and {{ dotted_is_day('d.day', 3) }}
        and try_cast({{ dotted_part('d.day', 2) }} as int) between 1 and 12
        and try_cast({{ dotted_part('d.day', 3) }} as int) between 1 and 12
)
{%- endmacro %}
