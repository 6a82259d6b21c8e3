{#- A condition: the text is an error result of a formula. Such a cell says nothing, in a text column as in any other.

    On DuckDB a list of constants in 130 columns would become 130 joins, so a pattern stands there instead.
    Args: text, an SQL expression of folded text. -#}
{% macro is_excel_error(text) %}{{ return(adapter.dispatch('is_excel_error')(text)) }}{% endmacro %}

{% macro default__is_excel_error(text) -%}
regexp_full_match({{ text }}, '{{ excel_errors() | join("|") | replace("?", "[?]") }}|Err:5[0-9][0-9]')
{%- endmacro %}

{% macro sqlserver__is_excel_error(text) -%}
({{ text }} in ('{{ excel_errors() | join("', '") }}') or {{ text }} like 'Err:5[0-9][0-9]')
{%- endmacro %}

{#- What Excel shows as the result of a formula that failed ([MS-XLSX] 2.1.681, and #ERROR! where the loader finds an error
    without a text), and what Excel in German stores; LibreOffice's Err:502 and its like stand in the condition above. -#}
{% macro excel_errors() %}
{{ return([
    '#N/A', '#REF!', '#VALUE!', '#DIV/0!', '#NAME?', '#NULL!', '#NUM!', '#SPILL!', '#CALC!', '#GETTING_DATA', '#FIELD!',
    '#BLOCKED!', '#CONNECT!', '#UNKNOWN!', '#BUSY!', '#PYTHON!', '#EXTERNAL!', '#DATA!', '#TIMEOUT!', '#ERROR!', '#NV',
    '#BEZUG!', '#WERT!', '#ZAHL!',
]) }}
{% endmacro %}
