{#- Why a column of the board cannot show a value of an order, as a code; NULL when it can. The board's cell then stays as it is.

    The one definition of what the board's types take. monday_sync/domain/values.py keeps to it on the way out, and a
    property test compares the two.
    Args: type, of the board's column; text, the value as text; number, its board_number(): SQL expressions. -#}
{% macro board_reject_code(type, text, number) -%}
case
    when {{ type }} = 'numbers' then case
        when {{ number }} is null then 'not_a_number'
        when abs({{ number }}) >= 1000000000000000 or {{ significant_digits(text) }} > 15 then 'too_many_digits'
        when abs({{ number }}) < 0.000000000000001 and {{ significant_digits(text) }} > 0 then 'too_many_digits'
    end
    when {{ type }} = 'date' then case
        when {{ text }} not like '____-__-__' or try_cast({{ text }} as date) is null then 'not_a_date'
    end
    {#- most texts are short, and one cheap look says so -#}
    {%- set most -%} case {{ type }} when 'status' then 30 when 'dropdown' then 255 else 2000 end {%- endset %}
    when {{ byte_length(text) }} > {{ most }} and {{ utf16_length(text) }} > {{ most }} then 'too_long'
end
{%- endmacro %}

{#- The number that a text is on the board: read as everywhere, to the 20th decimal. Args: text, an SQL expression. -#}
{% macro board_number(text) -%}
{{ decimal_of(text, 38, 20) }}
{%- endmacro %}

{#- The same as board_reject_code in words. Args: code, type and text, SQL expressions. -#}
{% macro board_reject_reason(code, type, text) -%}
concat(
    'The column on the board (', {{ type }}, ') cannot show ',
    case {{ code }}
        when 'not_a_number' then concat('"', {{ text }}, '": it is not a number that the board can keep')
        when 'too_many_digits' then concat('"', {{ text }}, '": it has more than the 15 digits that the board keeps')
        when 'not_a_date' then concat('"', {{ text }}, '": it is not a date of the form yyyy-mm-dd')
        else concat('a text of ', {{ utf16_length(text) }}, ' characters')
    end,
    '. Its cell there stays as it is.'
)
{%- endmacro %}
