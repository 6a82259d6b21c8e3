{#- How many digits a number typed as text has, without the zeros at its ends and its exponent.

    Args: text, an SQL expression of text of which decimal_of() makes a number. -#}
{% macro significant_digits(text) %}{{ return(adapter.dispatch('significant_digits')(text)) }}{% endmacro %}

{% macro default__significant_digits(text) -%}
length(trim(regexp_replace(regexp_replace({{ text }}, '[eE].*', ''), '[^0-9]', '', 'g'), '0'))
{%- endmacro %}

{#- zeros become blanks, of which len() does not count those at the end -#}
{% macro sqlserver__significant_digits(text) -%}
len(ltrim(replace(
    replace(translate(left({{ text }}, charindex(N'e', concat(lower({{ text }}), N'e')) - 1), N'+-.,%', N'     '), N' ', N''),
    N'0', N' '
)))
{%- endmacro %}
