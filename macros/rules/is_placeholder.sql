{#- A condition: the text only says that there is no value yet: TBC, N/A, a dash, an error of a formula.

    Args: text, an SQL expression of folded text that is not NULL. -#}
{% macro is_placeholder(text) -%}
{%- set bare = namespace(sql='upper(' ~ text ~ ')') -%}
{%- for sign in [' ', '-', '–', '—', '_', '.', ',', ':', '/', '?', '*', '#', '~'] -%}
    {%- set bare.sql = 'replace(' ~ bare.sql ~ ', ' ~ text_literal(sign) ~ ", '')" -%}
{%- endfor -%}
({{ byte_length(bare.sql) }} = 0 or {{ bare.sql }} in ('NA', 'TBC', 'TBA', 'TBD', 'NONE', 'NULL', 'NIL') or {{ is_excel_error(text) }})
{%- endmacro %}
