{#- For fold_blanks on SQL Server: whether a text is surely as folding would leave it, by a cheap look. No means maybe.

    By code points, in ranges that hold every blank and mark of fold_blanks and little else. A look is worth it because
    nullif() works out its text twice, and that is a long expression over 158 columns.
    Args: text, an SQL expression of type text, not NULL. -#}
{% macro is_folded(text) -%}
{%- set blanks = [[1, 31], [127, 160], [1564, 1564], [5760, 5760], [8192, 8207], [8232, 8239], [8287, 8303], [12288, 12288], [65279, 65279]] -%}
({{ text }}) collate Latin1_General_100_BIN2 not like concat(N'%['
    {%- for first, last in blanks %}, nchar({{ first }}){% if last > first %}, N'-', nchar({{ last }}){% endif %}{% endfor %}, N']%')
        and charindex(N'  ', {{ text }}) = 0 and datalength({{ text }}) > 0 and datalength(trim({{ text }})) = datalength({{ text }})
{%- endmacro %}
