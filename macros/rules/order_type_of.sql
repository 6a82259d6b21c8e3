{#- The canonical order type: ACTIVE is RECEIVED, any spelling of cancelled is CANCELLED, others in capitals as typed.

    People write cancelled, canceled, cancel, cancellation, "CANCELLED - see mail" and slips such as CANCLED: all begin
    with CANC. The short forms of the trade are listed.
    Args: text, an SQL expression; type, the column's type. -#}
{% macro order_type_of(text, type) -%}
case
            when upper({{ text }}) = 'ACTIVE' then 'RECEIVED'
            when upper({{ text }}) like 'CANC%' or upper({{ text }}) in ('CXL', 'CXLD', 'CNCL', 'CANX', 'CNX') then 'CANCELLED'
            else cast(upper({{ text }}) as {{ type }})
        end
{%- endmacro %}
