{#- A number as typed, rewritten to digits with a decimal point where one of the ways of typing makes it a number.

    Currency: a sign or code before or after it goes. Decimal comma: "1.234,56" and "12,5"; a number without a comma is
    one as Excel stores it, so "1.125" stays what it is. Whatever is no number then stays as it is typed.
    Args: text, the cell as an SQL expression; folded, its folded text; ways, a list of decimal_comma and currency. -#}
{% macro number_text_in_ways(text, folded, ways) -%}
{{- return(adapter.dispatch('number_text_in_ways')(text, folded, ways)) -}}
{%- endmacro %}

{% macro default__number_text_in_ways(text, folded, ways) -%}
{%- set marks = currency_marks() | join('|') | replace('$', '[$]') -%}
{%- set bare -%}
{%- if 'currency' in ways -%}
regexp_replace({{ folded }}, '(?i)^(?:{{ marks }}) ?([^ ].*)$|^(.*[^ ]) ?(?:{{ marks }})$', '\1\2')
{%- else -%}
{{ folded }}
{%- endif -%}
{%- endset -%}
{%- set number -%}
{%- if 'decimal_comma' in ways -%}
case when contains({{ bare }}, ',') then translate({{ bare }}, ',.', '.,') else {{ bare }} end
{%- else -%}
{{ bare }}
{%- endif -%}
{%- endset -%}
case
        when regexp_full_match({{ number }}, '[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]*)?( ?%)?') then {{ number }}
        else {{ text }}
    end
{%- endmacro %}

{% macro sqlserver__number_text_in_ways(text, folded, ways) -%}
(
        select case when {{ decimal_of('meant.number', 38, 6) }} is null then meant.typed else meant.number end
        from (
            select
                bare.typed,
                {%- if 'decimal_comma' in ways %}
                case when bare.number like N'%,%' then translate(bare.number, N',.', N'.,') else bare.number end as number
                {%- else %}
                bare.number
                {%- endif %}
            from (
                select
                    cell.typed,
                    case
                        {%- for mark in currency_marks() if 'currency' in ways %}
                        when upper(cell.folded) like {{ text_literal(mark ~ '%') }} then trim(substring(cell.folded, {{ mark | length + 1 }}, 100))
                        when upper(cell.folded) like {{ text_literal('%' ~ mark) }} then trim(left(cell.folded, len(cell.folded) - {{ mark | length }}))
                        {%- endfor %}
                        when len(cell.folded) <= 60 then cell.folded
                    end as number
                from (select {{ text }} as typed, {{ folded }} as folded) as cell
            ) as bare
        ) as meant
    )
{%- endmacro %}

{#- What stands for a currency, longest first. -#}
{% macro currency_marks() %}
{{ return([
    'US$', 'AU$', 'CA$', 'NZ$', 'HK$', 'USD', 'AUD', 'EUR', 'GBP', 'CAD', 'NZD', 'CNY', 'RMB', 'JPY', 'HKD', 'A$', 'C$',
    '$', '€', '£', '¥',
]) }}
{% endmacro %}
