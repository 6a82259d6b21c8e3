{#- The value of a business column, cast from its text; NULL when the text does not fit the column.

    One rule for all: text that is too long, a number or date that is none, one out of range, and an Excel error are
    NULL here and a row in order_list_rejects.
    Args: column, one of business_columns(); text, an SQL expression of folded text. -#}
{% macro typed_value(column, text) -%}
{%- if column.kind == 'text' -%}
{#- most texts are short and no error, and one cheap look says so -#}
case
    when {{ text }} is null then null
    when {{ byte_length(text) }} <= {{ column.size }} and {{ text }} not like '#%' then cast({{ text }} as {{ column.data_type }})
    when {{ is_excel_error(text) }} then null
    when {{ utf16_length(text) }} <= {{ column.size }} then cast({{ text }} as {{ column.data_type }})
end
{%- elif column.kind == 'date' -%}
{{ date_of(text) }}
{%- elif column.kind == 'decimal' -%}
{{ decimal_of(text, column.precision, column.scale) }}
{%- else -%}
{{ whole_of(text, column.data_type, column.most) }}
{%- endif -%}
{%- endmacro %}

{#- A date of the years that an order list can be about. -#}
{% macro date_of(text) -%}
{%- set day -%} try_cast({{ iso_date_text(text) }} as date) {%- endset -%}
case when {{ day }} between cast('{{ var("first_year") }}-01-01' as date) and cast('{{ var("last_year") }}-12-31' as date) then {{ day }} end
{%- endmacro %}

{#- The quantity in a cell of a size, as a column for typed_value. More pieces than max_pieces are a slip. -#}
{% macro size_quantity() %}
{{ return({'name': 'size', 'kind': 'whole', 'data_type': 'int', 'most': var('max_pieces')}) }}
{% endmacro %}

{#- A number of pieces or the like: whole, not negative, and at most `most` if that is given. 12.0 is whole. -#}
{% macro whole_of(text, type, most) -%}
{%- set number -%} {{ decimal_of(text, 20, 6) }} {%- endset -%}
try_cast(case when {{ number }} >= 0{{ ' and ' ~ number ~ ' <= ' ~ most if most }} and {{ number }} = floor({{ number }}) then {{ number }} end as {{ type }})
{%- endmacro %}
