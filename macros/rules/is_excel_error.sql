{#- A condition: the text is an error result of a formula. Such a cell says nothing, in a text column as in any other.

    Args: text, an SQL expression of folded text. -#}
{% macro is_excel_error(text) -%}
({{ text }} in ('#N/A', '#REF!', '#VALUE!', '#DIV/0!', '#NAME?', '#NULL!', '#NUM!', '#SPILL!', '#CALC!', '#GETTING_DATA'))
{%- endmacro %}
