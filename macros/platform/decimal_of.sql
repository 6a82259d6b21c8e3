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
{#- the text without its sign, percent sign and well-placed separators must be digits and at most one point -#}
{%- set unsigned -%} case when left({{ text }}, 1) in (N'+', N'-') then stuff({{ text }}, 1, 1, N'') else {{ text }} end {%- endset -%}
{%- set bare -%} rtrim(case when right({{ text }}, 1) = N'%' then stuff({{ unsigned }}, len({{ unsigned }}), 1, N'') else {{ unsigned }} end) {%- endset -%}
{%- set whole -%} left({{ bare }}, charindex(N'.', concat({{ bare }}, N'.')) - 1) {%- endset -%}
{%- set digits -%} replace({{ bare }}, N',', N'') {%- endset -%}
{%- set groups = [] -%}
{%- for count in range(1, 6) -%}
    {%- for head in ['[0-9]', '[0-9][0-9]', '[0-9][0-9][0-9]'] -%}
        {%- do groups.append(whole ~ " like N'" ~ head ~ (',[0-9][0-9][0-9]' * count) ~ "'") -%}
    {%- endfor -%}
{%- endfor -%}
{%- set sign -%} case when left({{ text }}, 1) = N'-' then N'-' else N'' end {%- endset -%}
case
    when {{ text }} is null or len({{ text }}) > 60 then null
    when {{ bare }} like N'%[0-9]%' and {{ digits }} not like N'%[^0-9.]%' and {{ digits }} not like N'%.%.%'
        and (charindex(N',', {{ bare }}) = 0 or ({{ groups | join(' or ') }}))
        then case
            when right({{ text }}, 1) = N'%'
                then try_cast(try_cast({{ sign }} + {{ digits }} as decimal(30, 8)) * cast(0.01 as decimal(3, 2)) as {{ type }})
            else try_cast({{ sign }} + {{ digits }} as {{ type }})
        end
    when {{ text }} like N'%[0-9.][eE][-+0-9]%' and {{ text }} not like N'%[^0-9.eE+-]%'
        then try_cast(try_cast({{ text }} as float) as {{ type }})
end
{%- endmacro %}
