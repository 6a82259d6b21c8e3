{#- The header of a column of the order's key whose text does not fit its column; NULL when all do.

    Two different texts that do not fit would both be no value, and the second order a duplicate of the first.
    Args: alias of the rows, which have of all key_columns() the value and, as <name>_text, the text. -#}
{% macro key_misfit(rows) -%}
{%- set special = customers_that_say('key') -%}
{%- if not special -%}
{{ misfit_of(rows, customer_defaults().key) }}
{%- else -%}
case {{ rows }}._raw_table
            {%- for raw_table, columns in special.items() %}
            when {{ text_literal(raw_table) }} then {{ misfit_of(rows, columns) }}
            {%- endfor %}
            else {{ misfit_of(rows, customer_defaults().key) }}
        end
{%- endif -%}
{%- endmacro %}

{#- An order has a number whatever its key is made of. -#}
{% macro misfit_of(rows, columns) -%}
case
            {%- for column in business_columns() if column.name in columns + ['aag_order_number'] and column.name != 'customer_name' %}
            when {{ rows }}.{{ column.name }}_text is not null and {{ rows }}.{{ column.name }} is null then {{ text_literal(column.header) }}
            {%- endfor %}
        end
{%- endmacro %}
