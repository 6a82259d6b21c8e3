{#- A text without white space around it and with single spaces inside; NULL when nothing is left.

    White space is every Unicode space and every control character (line breaks and tabs too). What nobody sees is taken
    out: soft hyphens, characters without a width (U+200B, U+2060, the byte order mark and their kin), marks that steer the
    direction of writing (U+200E and its kin). Values are mostly clean, so both engines look before they rewrite.
    Args: text, an SQL expression of type text. -#}
{% macro fold_blanks(text) %}{{ return(adapter.dispatch('fold_blanks')(text)) }}{% endmacro %}

{% macro default__fold_blanks(text) -%}
{%- set blank = '\\x00-\\x20\\x7f-\\xa0\\p{Z}' -%}
{%- set unseen -%}
\x{ad}\x{61c}\x{180e}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{2066}-\x{2069}\x{feff}
{%- endset -%}
{%- set seen -%} regexp_replace({{ text }}, '[{{ unseen }}]+', '', 'g') {%- endset -%}
case
    when {{ text }} is null then null
    when {{ is_folded(text) }} then {{ text }}
    else nullif(trim(regexp_replace({{ seen }}, '[{{ blank }}]+', ' ', 'g')), '')
end
{%- endmacro %}

{% macro sqlserver__fold_blanks(text) -%}
{#- every blank becomes a space; a marker (a control character, so surely absent by then) folds the runs -#}
{%- set blanks = range(1, 32) | list + range(127, 161) | list + [5760] + range(8192, 8203) | list
    + [8232, 8233, 8239, 8287, 12288] -%}
{%- set unseen = [173, 1564, 6158] + range(8203, 8208) | list + range(8234, 8239) | list + range(8288, 8293) | list
    + range(8294, 8298) | list + [65279] -%}
{%- set bytes = 'Latin1_General_100_BIN2' -%}
{#- what is not seen becomes one that no text has, a noncharacter of Unicode, and that is taken out -#}
{%- set seen -%}
replace(translate(({{ text }}) collate {{ bytes }}, {{ characters(unseen) }} collate {{ bytes }}, replicate(nchar(64976), {{ unseen | length }})), nchar(64976), N'')
{%- endset -%}
{%- set spaced -%}
translate({{ seen }}, {{ characters(blanks) }} collate {{ bytes }}, replicate(N' ', {{ blanks | length }}))
{%- endset -%}
case
    when {{ text }} is null then null
    when {{ is_folded(text) }} then {{ text }}
    {#- compared with nothing by bytes: older collations give new symbols no weight, so they would equal the empty text #}
    else nullif(trim(replace(replace(replace({{ spaced }}, N' ', N' ' + nchar(1)), nchar(1) + N' ', N''), nchar(1), N'')), N'') collate database_default
end
{%- endmacro %}

{#- A text of these characters. Args: codes, a list of numbers. -#}
{% macro characters(codes) -%}
concat({% for code in codes %}nchar({{ code }}){{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
