{#- 1 for a row that names nothing an order has and whose total is zero or empty, else 0. Args: alias of the rows. -#}
{% macro is_blank_row(rows) -%}
case
            when coalesce(
                {%- for name in [
                    'aag_order_number', 'customer_style', 'po_number', 'customer_alt_po', 'aag_season', 'customer_season',
                    'customers_colour_code_custom_field_customer_provides_this', 'customer_colour_description',
                    'planned_delivery_method',
                ] %}
                {{ rows }}.{{ name }}{{ ',' if not loop.last }}
                {%- endfor %}
            ) is null and ({{ rows }}.total_qty is null or {{ decimal_of(rows ~ '.total_qty', 20, 6) }} = 0)
                then 1
            else 0
        end
{%- endmacro %}
