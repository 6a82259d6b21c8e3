{#- For fold_blanks: whether a text is surely as folding would leave it, by a cheap look. No means maybe.

    Values are mostly clean, and folding is dear: on SQL Server nullif() works out its text twice, over 158 columns.
    Args: text, an SQL expression of type text, not NULL. -#}
{% macro is_folded(text) %}{{ return(adapter.dispatch('is_folded')(text)) }}{% endmacro %}

{% macro default__is_folded(text) -%}
not regexp_matches({{ text }}, '^ | $|  |[\x00-\x1f\x7f-\xa0\x{1680}\x{2000}-\x{200b}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}\x{061c}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]|^$')
{%- endmacro %}

{% macro sqlserver__is_folded(text) -%}
{#- by code points, in ranges that hold every blank and mark of fold_blanks and little else -#}
{%- set blanks = [[1, 31], [127, 160], [1564, 1564], [5760, 5760], [8192, 8207], [8232, 8239], [8287, 8303], [12288, 12288], [65279, 65279]] -%}
({{ text }}) collate Latin1_General_100_BIN2 not like concat(N'%['
    {%- for first, last in blanks %}, nchar({{ first }}){% if last > first %}, N'-', nchar({{ last }}){% endif %}{% endfor %}, N']%')
        and charindex(N'  ', {{ text }}) = 0 and datalength({{ text }}) > 0 and datalength(trim({{ text }})) = datalength({{ text }})
{%- endmacro %}
