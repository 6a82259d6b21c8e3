{#- Why a text does not fit its column, as a code; for texts of which that much is known.

    Args: column, one of business_columns(); text, an SQL expression of folded text. -#}
{% macro value_reject_code(column, text) -%}
case
    when {{ is_excel_error(text) }} then 'excel_error'
    {%- if column.kind == 'text' %}
    else 'too_long'
    {%- elif column.kind == 'date' %}
    when try_cast({{ iso_date_text(text) }} as date) is not null then 'out_of_range'
    when {{ is_two_numbers_and_a_year(text) }} then 'ambiguous_date'
    else 'not_a_date'
    {%- else %}
    when {{ decimal_of(text, 38, 6) }} is null then 'not_a_number'
    {%- if column.kind == 'whole' %}
    when {{ decimal_of(text, 38, 6) }} < 0 then 'negative'
    when {{ decimal_of(text, 38, 6) }} <> floor({{ decimal_of(text, 38, 6) }}) then 'fraction'
    {%- endif %}
    else 'out_of_range'
    {%- endif %}
end
{%- endmacro %}

{#- The same in words, as a sentence for the person who keeps the workbook.

    Args: code, type and text, SQL expressions. -#}
{% macro value_reject_reason(code, type, text) -%}
case {{ code }}
    when 'excel_error' then concat({{ text }}, ' is the error of a formula, not a value; correct the formula.')
    when 'too_long' then concat('The text has ', {{ utf16_length(text) }}, ' characters, more than the column takes (', {{ type }}, ').')
    when 'not_a_number' then concat('"', {{ text }}, '" is not a number.')
    when 'negative' then concat('"', {{ text }}, '" is negative; a quantity cannot be.')
    when 'fraction' then concat('"', {{ text }}, '" is not a whole number.')
    when 'out_of_range' then concat('"', {{ text }}, '" is outside what the column takes (', {{ type }}, ').')
    when 'ambiguous_date' then concat('"', {{ text }}, '" can be read as day/month or as month/day; write it as yyyy-mm-dd.')
    when 'not_a_date' then concat('"', {{ text }}, '" is not a date.')
end
{%- endmacro %}
