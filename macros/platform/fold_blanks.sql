{#- A text without white space around it and with single spaces inside; NULL when nothing is left.

    White space is every Unicode space, every control character (line breaks and tabs too), the zero-width space and
    the byte order mark. Marks that only steer the direction of writing (U+200E and its kin) are taken out: nobody sees
    them. Values are mostly clean, so both engines look before they rewrite.
    Args: text, an SQL expression of type text. -#}
{% macro fold_blanks(text) %}{{ return(adapter.dispatch('fold_blanks')(text)) }}{% endmacro %}

{% macro default__fold_blanks(text) -%}
{%- set blank = '\\x00-\\x20\\x7f-\\xa0\\p{Z}\\x{200b}\\x{feff}' -%}
{%- set direction = '\\x{061c}\\x{200e}\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}' -%}
case
    when {{ text }} is null then null
    when {{ is_folded(text) }} then {{ text }}
    else nullif(trim(regexp_replace(regexp_replace({{ text }}, '[{{ direction }}]+', '', 'g'), '[{{ blank }}]+', ' ', 'g')), '')
end
{%- endmacro %}

{% macro sqlserver__fold_blanks(text) -%}
{#- every blank becomes a space; a marker (a control character, so surely absent by then) folds the runs -#}
{%- set codes = range(1, 32) | list + range(127, 161) | list + [5760] + range(8192, 8204) | list + [8232, 8233, 8239, 8287, 12288, 65279] -%}
{%- set marks = [1564, 8206, 8207] + range(8234, 8239) | list + range(8294, 8298) | list -%}
{%- set blanks -%} concat({% for code in codes %}nchar({{ code }}){{ ', ' if not loop.last }}{% endfor %}) {%- endset -%}
{#- marks become one that no text has, a noncharacter of Unicode, and that is taken out -#}
{%- set unmarked -%} replace(translate(({{ text }}) collate Latin1_General_100_BIN2, concat({% for code in marks %}nchar({{ code }}){{ ', ' if not loop.last }}{% endfor %}) collate Latin1_General_100_BIN2, replicate(nchar(64976), {{ marks | length }})), nchar(64976), N'') {%- endset -%}
{%- set spaced -%} translate({{ unmarked }}, {{ blanks }} collate Latin1_General_100_BIN2, replicate(N' ', {{ codes | length }})) {%- endset -%}
case
    when {{ text }} is null then null
    when {{ is_folded(text) }} then {{ text }}
    {#- compared with nothing by bytes: older collations give new symbols no weight, so they would equal the empty text #}
    else nullif(trim(replace(replace(replace({{ spaced }}, N' ', N' ' + nchar(1)), nchar(1) + N' ', N''), nchar(1), N'')), N'') collate database_default
end
{%- endmacro %}

