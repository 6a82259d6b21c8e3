{#- A date typed as two numbers and a year (3/4/2026, 3.4.26) as yyyy-mm-dd text, by the order of day and month that is known.

    Whatever is no such date in that order stays as it is typed.
    Args: text, the cell as an SQL expression; folded, its folded text; day_first, true or false. -#}
{% macro date_text_in_order(text, folded, day_first) -%}
{{- return(adapter.dispatch('date_text_in_order')(text, folded, day_first)) -}}
{%- endmacro %}

{% macro default__date_text_in_order(text, folded, day_first) -%}
{%- set numbers = '^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{2}|[0-9]{4})( [0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)?$' -%}
{%- set pieces -%}
regexp_replace({{ folded }}, '{{ numbers }}', '{{ '\\3-\\2-\\1' if day_first else '\\3-\\1-\\2' }}')
{%- endset -%}
coalesce(
        case
            when regexp_matches({{ folded }}, '{{ numbers }}')
                then cast(try_cast(regexp_replace({{ pieces }}, '^([0-9]{2}-[0-9]{1,2}-[0-9]{1,2})$', '20\1') as date) as varchar)
        end,
        {{ text }}
    )
{%- endmacro %}

{% macro sqlserver__date_text_in_order(text, folded, day_first) -%}
{#- parsename() takes dotted text apart, counting from the right: part 1 is the year -#}
coalesce(
        (
            select convert(nvarchar(10), try_cast(concat(
                right(concat(N'20', parsename(d.dots, 1)), 4),
                N'-', right(concat(N'0', parsename(d.dots, {{ 2 if day_first else 3 }})), 2),
                N'-', right(concat(N'0', parsename(d.dots, {{ 3 if day_first else 2 }})), 2)
            ) as date), 23)
            from (select cast({{ folded }} as nvarchar(100)) as typed) as t
            cross apply (
                select translate(left(t.typed, charindex(N' ', concat(t.typed, N' ')) - 1), N'/-', N'..') as dots
            ) as d
            where (charindex(N' ', t.typed) = 0 or t.typed like N'% [0-9]%:[0-9][0-9]%')
                and parsename(d.dots, 4) is null
                and (parsename(d.dots, 3) like N'[0-9]' or parsename(d.dots, 3) like N'[0-9][0-9]')
                and (parsename(d.dots, 2) like N'[0-9]' or parsename(d.dots, 2) like N'[0-9][0-9]')
                and (parsename(d.dots, 1) like N'[0-9][0-9]' or parsename(d.dots, 1) like N'[0-9][0-9][0-9][0-9]')
        ),
        {{ text }}
    )
{%- endmacro %}
