{#- Why a row is no order, as a sentence for the person who keeps the workbook; NULL when it is one.

    Args: rows, alias of the rows as int_orders__judged has ranked them. -#}
{% macro row_reject_reason(rows) -%}
case
        when {{ rows }}.verdict = 'blank' then 'The row names no order and its total is zero.'
        when {{ rows }}.verdict = 'no_order_number' and {{ rows }}.aag_order_number_text is not null
            then concat('AAG ORDER NUMBER "', {{ rows }}.aag_order_number_text, '" is no order number.')
        when {{ rows }}.verdict = 'no_order_number'
            then 'AAG ORDER NUMBER is empty: a total, or an order not numbered yet.'
        when {{ rows }}.verdict = 'unknown_customer' and {{ rows }}.source_customer_name is null
            then 'CUSTOMER NAME is empty in the whole file.'
        when {{ rows }}.verdict = 'unknown_customer'
            then concat(
                'Unknown customer name "', {{ rows }}.source_customer_name,
                '"; if it is right, add it to seeds/customer_names.csv.'
            )
        when {{ rows }}.verdict = 'key_does_not_fit'
            then concat(
                {{ rows }}.key_misfit, ' tells this order from others, but holds an error or more characters than its column ',
                'takes; correct the cell.'
            )
        when {{ rows }}.place > 1
            then concat(
                'The same order stands in row ', {{ rows }}.first_row, ' of ', {{ rows }}.first_file,
                ' already; the first row counts.'
            )
    end
{%- endmacro %}
