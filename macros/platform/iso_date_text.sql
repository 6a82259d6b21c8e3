{#- A date typed as text, as yyyy-mm-dd text; NULL when it is none or can be read in two ways.

    Read: yyyy-mm-dd and yyyy/mm/dd (a time after it is dropped), day and month by name with a year of two or four
    digits (15-Jun-26, 15 June 2026, Jun 15, 2026), d/m/yyyy or m/d/yyyy (with / - or .) when only one of the two
    readings is possible, and the serial number Excel keeps a date as (46188). Anything else beside the date (TBC) makes
    it none, and so does a word that only begins like a month (Maybe). The result may name no day of the calendar
    (2026-02-30): casting it says so. 03/04/2026 is never guessed.
    Args: text, an SQL expression of folded text. -#}
{% macro iso_date_text(text) %}{{ return(adapter.dispatch('iso_date_text')(text)) }}{% endmacro %}

{#- The names of months as people write them. -#}
{% macro month_names() %}
{{ return([
    'jan', 'january', 'feb', 'february', 'mar', 'march', 'apr', 'april', 'may', 'jun', 'june', 'jul', 'july', 'aug',
    'august', 'sep', 'sept', 'september', 'oct', 'october', 'nov', 'november', 'dec', 'december',
]) }}
{% endmacro %}

{% macro default__iso_date_text(text) -%}
{%- set names = '(' ~ month_names() | join('|') ~ ')' -%}
{%- set named_first = '(?i)' ~ names ~ '[ .,/-]*([0-9]{1,2})[ .,/-]+([0-9]{2}|[0-9]{4})' -%}
{%- set named_second = '(?i)([0-9]{1,2})[ .,/-]*' ~ names ~ '[ .,/-]*([0-9]{2}|[0-9]{4})' -%}
{%- set numeric = '([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})( [0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)?' -%}
case
    when {{ text }} is null then null
    when regexp_matches({{ text }}, '^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9:.Z+]*)?$')
        then regexp_replace(
            regexp_replace(regexp_replace({{ text }}, '[T ].*$', ''), '[-/]([0-9])([-/]|$)', '-0\1\2', 'g'),
            '^([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})$', '\1-\2-\3'
        )
    when regexp_full_match({{ text }}, '[0-9]{5}([.][0-9]+)?')
        then strftime(date '1899-12-30' + cast(floor(cast({{ text }} as double)) as integer), '%Y-%m-%d')
    when regexp_full_match({{ text }}, '{{ numeric }}')
        then case
            when cast({{ date_piece(text, numeric, 1) }} as integer) > 12 or cast({{ date_piece(text, numeric, 1) }} as integer) = cast({{ date_piece(text, numeric, 2) }} as integer)
                then {{ date_piece(text, numeric, 3) }} || '-' || lpad({{ date_piece(text, numeric, 2) }}, 2, '0') || '-' || lpad({{ date_piece(text, numeric, 1) }}, 2, '0')
            when cast({{ date_piece(text, numeric, 2) }} as integer) > 12
                then {{ date_piece(text, numeric, 3) }} || '-' || lpad({{ date_piece(text, numeric, 1) }}, 2, '0') || '-' || lpad({{ date_piece(text, numeric, 2) }}, 2, '0')
        end
    when regexp_full_match({{ text }}, '{{ named_second }}')
        then right('20' || {{ date_piece(text, named_second, 3) }}, 4) || '-' || {{ date_month(text, named_second, 2) }} || '-' || lpad({{ date_piece(text, named_second, 1) }}, 2, '0')
    when regexp_full_match({{ text }}, '{{ named_first }}')
        then right('20' || {{ date_piece(text, named_first, 3) }}, 4) || '-' || {{ date_month(text, named_first, 1) }} || '-' || lpad({{ date_piece(text, named_first, 2) }}, 2, '0')
end
{%- endmacro %}

{% macro date_piece(text, pattern, group) -%}
regexp_extract({{ text }}, '^{{ pattern }}$', {{ group }})
{%- endmacro %}

{% macro date_month(text, pattern, group) -%}
lpad(cast((position(lower(left({{ date_piece(text, pattern, group) }}, 3)) in 'janfebmaraprmayjunjulaugsepoctnovdec') + 2) // 3 as varchar), 2, '0')
{%- endmacro %}

{% macro sqlserver__iso_date_text(text) -%}
{#- parsename() takes dotted text apart, counting from the right: part 1 is the last. By bytes, so that [a-z] is no ä. -#}
(
    select case
        when t.typed is null or len(t.typed) > 40 or t.typed like N'%[^0-9a-zA-Z .,/:+-]%' then null
        when t.typed like N'[0-9][0-9][0-9][0-9][-/]%' and d.before_time not like N'%.%' and {{ dotted_part('d.iso', 4) }} is null
            and {{ dotted_is_day('d.iso', 2) }} and {{ dotted_is_day('d.iso', 1) }}
            and d.time_part not like N'_%[^0-9:.Z+]%'
            then concat({{ dotted_part('d.iso', 3) }}, N'-', {{ dotted_padded('d.iso', 2) }}, N'-', {{ dotted_padded('d.iso', 1) }})
        when t.typed like N'[0-9][0-9][0-9][0-9][0-9]'
            or (t.typed like N'[0-9][0-9][0-9][0-9][0-9].[0-9]%' and t.typed not like N'______%[^0-9]%')
            then cast(dateadd(day, try_cast(left(t.typed, 5) as int), cast('1899-12-30' as date)) as nvarchar(10))
        when d.numbers like N'[0-9]%' and {{ dotted_is_day('d.numbers', 3) }} and {{ dotted_is_day('d.numbers', 2) }} and {{ dotted_part('d.numbers', 4) }} is null
            and {{ dotted_part('d.numbers', 1) }} like N'[0-9][0-9][0-9][0-9]'
            and (
                d.clock = N'' or d.clock like N'[0-9]:[0-9][0-9]' or d.clock like N'[0-9][0-9]:[0-9][0-9]'
                or d.clock like N'[0-9]:[0-9][0-9]:[0-9][0-9]' or d.clock like N'[0-9][0-9]:[0-9][0-9]:[0-9][0-9]'
            )
            then case
                when try_cast({{ dotted_part('d.numbers', 3) }} as int) > 12
                    or try_cast({{ dotted_part('d.numbers', 3) }} as int) = try_cast({{ dotted_part('d.numbers', 2) }} as int)
                    then concat({{ dotted_part('d.numbers', 1) }}, N'-', {{ dotted_padded('d.numbers', 2) }}, N'-', {{ dotted_padded('d.numbers', 3) }})
                when try_cast({{ dotted_part('d.numbers', 2) }} as int) > 12
                    then concat({{ dotted_part('d.numbers', 1) }}, N'-', {{ dotted_padded('d.numbers', 3) }}, N'-', {{ dotted_padded('d.numbers', 2) }})
            end
        when t.typed not like N'[0-9a-zA-Z]%' or t.typed not like N'%[0-9]' or t.typed like N'%[:+]%'
            or {{ dotted_part('d.words', 4) }} is not null then null
        when {{ dotted_is_day('d.words', 3) }} and {{ dotted_is_month('d.words', 2) }} and {{ dotted_is_year('d.words', 1) }}
            then concat(right(concat(N'20', {{ dotted_part('d.words', 1) }}), 4), N'-', {{ dotted_month('d.words', 2) }}, N'-', {{ dotted_padded('d.words', 3) }})
        when {{ dotted_is_month('d.words', 3) }} and {{ dotted_is_day('d.words', 2) }} and {{ dotted_is_year('d.words', 1) }}
            then concat(right(concat(N'20', {{ dotted_part('d.words', 1) }}), 4), N'-', {{ dotted_month('d.words', 3) }}, N'-', {{ dotted_padded('d.words', 2) }})
    end
    from (select cast({{ text }} as nvarchar(100)) collate Latin1_General_100_BIN2 as typed) as t
    cross apply (
        select {{ parted_at('[0-9][a-zA-Z]', 't.typed') }} as before_letters
    ) as h
    cross apply (
        select
            left(t.typed, patindex(N'%[T ]%', concat(t.typed, N' ')) - 1) as before_time,
            stuff(t.typed, 1, patindex(N'%[T ]%', concat(t.typed, N' ')) - 1, N'') as time_part,
            replace(translate(left(t.typed, patindex(N'%[T ]%', concat(t.typed, N' ')) - 1), N'/-', N'..'), N' ', N'') as iso,
            translate(left(t.typed, charindex(N' ', concat(t.typed, N' ')) - 1), N'/-', N'..') as numbers,
            stuff(t.typed, 1, charindex(N' ', concat(t.typed, N' ')), N'') as clock,
            translate({{ parted_at('[a-zA-Z][0-9]', 'h.before_letters') }}, N'.,/-', N'    ') as spaced
    ) as p
    cross apply (
        select
            p.before_time,
            p.time_part,
            p.iso,
            p.numbers,
            p.clock,
            replace(replace(replace(replace(p.spaced, N' ', N' ' + nchar(1)), nchar(1) + N' ', N''), nchar(1), N''), N' ', N'.') as words
    ) as d
)
{%- endmacro %}

{#- A text with a space put in where the first match of a pattern of two characters has its middle (15Jun, Jun26). -#}
{% macro parted_at(pattern, text) -%}
case
                when patindex(N'%{{ pattern }}%', {{ text }}) > 0
                    then stuff({{ text }}, patindex(N'%{{ pattern }}%', {{ text }}) + 1, 0, N' ')
                else {{ text }}
            end
{%- endmacro %}

{% macro dotted_part(dots, number) %}parsename({{ dots }}, {{ number }}){% endmacro %}

{% macro dotted_padded(dots, number) %}right(concat(N'0', {{ dotted_part(dots, number) }}), 2){% endmacro %}

{% macro dotted_month(dots, number) -%}
right(concat(N'0', (charindex(lower(left({{ dotted_part(dots, number) }}, 3)), N'janfebmaraprmayjunjulaugsepoctnovdec') + 2) / 3), 2)
{%- endmacro %}

{% macro dotted_is_month(dots, number) -%}
(lower({{ dotted_part(dots, number) }}) in (N'{{ month_names() | join("', N'") }}'))
{%- endmacro %}

{% macro dotted_is_day(dots, number) -%}
({{ dotted_part(dots, number) }} like N'[0-9]' or {{ dotted_part(dots, number) }} like N'[0-9][0-9]')
{%- endmacro %}

{% macro dotted_is_year(dots, number) -%}
({{ dotted_part(dots, number) }} like N'[0-9][0-9]' or {{ dotted_part(dots, number) }} like N'[0-9][0-9][0-9][0-9]')
{%- endmacro %}
