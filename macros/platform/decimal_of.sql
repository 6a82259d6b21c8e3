{#- A number typed as text, as decimal(precision, scale); NULL when it is none or does not fit.

    Taken: an optional sign, digits with an optional decimal point, thousands separators where they belong ("1,200"),
    an exponent ("5e-05"), and a closing "%", which divides by 100 exactly. Not taken: currency signs, decimal commas,
    brackets for negative numbers, blanks between digits; none of them can be read without guessing.
    Rounds half away from zero.
    Args: text, an SQL expression of folded text. -#}
{% macro decimal_of(text, precision, scale) %}
{{- return(adapter.dispatch('decimal_of')(text, precision, scale)) -}}
{% endmacro %}

{% macro default__decimal_of(text, precision, scale) -%}
{%- set type = 'decimal(' ~ precision ~ ', ' ~ scale ~ ')' -%}
{%- set plain = '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)' -%}
{%- set grouped = '[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]*)?' -%}
case
    when {{ text }} is null then null
    when regexp_full_match({{ text }}, '{{ plain }}([eE][+-]?[0-9]{1,3})?') then try_cast({{ text }} as {{ type }})
    when regexp_full_match({{ text }}, '{{ grouped }}') then try_cast(replace({{ text }}, ',', '') as {{ type }})
    when regexp_full_match({{ text }}, '({{ plain }}|{{ grouped }}) ?%')
        then try_cast(
            try_cast(rtrim(replace(replace({{ text }}, '%', ''), ',', '')) as decimal(30, 8)) * cast(0.01 as decimal(3, 2))
            as {{ type }}
        )
end
{%- endmacro %}

{% macro sqlserver__decimal_of(text, precision, scale) -%}
{%- set type = 'decimal(' ~ precision ~ ', ' ~ scale ~ ')' -%}
(
    select case
        when t.typed is null or len(t.typed) > 60 then null
        when b.bare like N'%[0-9]%' and d.digits not like N'%[^0-9.]%' and d.digits not like N'%.%.%'
            and (
                charindex(N',', b.bare) = 0
                {%- for count in range(1, 6) %}
                or d.whole like N'[0-9]{{ ',[0-9][0-9][0-9]' * count }}'
                or d.whole like N'[0-9][0-9]{{ ',[0-9][0-9][0-9]' * count }}'
                or d.whole like N'[0-9][0-9][0-9]{{ ',[0-9][0-9][0-9]' * count }}'
                {%- endfor %}
            )
            then case
                when right(t.typed, 1) = N'%'
                    then try_cast(try_cast(concat(s.minus, d.digits) as decimal(30, 8)) * cast(0.01 as decimal(3, 2)) as {{ type }})
                else try_cast(concat(s.minus, d.digits) as {{ type }})
            end
        when t.typed like N'%[0-9.][eE][-+0-9]%' and t.typed not like N'%[^0-9.eE+-]%'
            then try_cast(try_cast(t.typed as float) as {{ type }})
    end
    from (select {{ text }} as typed) as t
    cross apply (
        select
            case when left(t.typed, 1) in (N'+', N'-') then stuff(t.typed, 1, 1, N'') else t.typed end as unsigned,
            case when left(t.typed, 1) = N'-' then N'-' else N'' end as minus
    ) as s
    cross apply (
        select rtrim(case when right(t.typed, 1) = N'%' then stuff(s.unsigned, len(s.unsigned), 1, N'') else s.unsigned end) as bare
    ) as b
    cross apply (
        select replace(b.bare, N',', N'') as digits, left(b.bare, charindex(N'.', concat(b.bare, N'.')) - 1) as whole
    ) as d
)
{%- endmacro %}
