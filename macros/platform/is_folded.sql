{#- For fold_blanks: whether a text is surely as folding would leave it, by a cheap look. No means maybe.

    Values are mostly clean, and folding is dear: on SQL Server nullif() works out its text twice, over 158 columns.
    Args: text, an SQL expression of type text, not NULL. -#}
{% macro is_folded(text) %}{{ return(adapter.dispatch('is_folded')(text)) }}{% endmacro %}

{% macro default__is_folded(text) -%}
{%- set blank_or_unseen -%}
\x00-\x1f\x7f-\xa0\xad\x{61c}\x{1680}\x{180e}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}-\x{2069}\x{3000}\x{feff}
{%- endset -%}
not regexp_matches({{ text }}, '^ | $|  |[{{ blank_or_unseen }}]|^$')
{%- endmacro %}

{% macro sqlserver__is_folded(text) -%}
{#- by code points, in ranges that hold every blank and unseen character of fold_blanks and little else -#}
{%- set ranges = [
    [1, 31], [127, 160], [173, 173], [1564, 1564], [5760, 5760], [6158, 6158], [8192, 8207], [8232, 8239], [8287, 8303],
    [12288, 12288], [65279, 65279],
] -%}
({{ text }}) collate Latin1_General_100_BIN2 not like concat(N'%['
    {%- for first, last in ranges %}, nchar({{ first }}){% if last > first %}, N'-', nchar({{ last }}){% endif %}{% endfor %}, N']%')
        and charindex(N'  ', {{ text }}) = 0 and datalength({{ text }}) > 0 and datalength(trim({{ text }})) = datalength({{ text }})
{%- endmacro %}
