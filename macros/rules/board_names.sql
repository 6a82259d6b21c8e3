{#- The group an order lies in on the board: customer and season; `check` when no season is known.

    Args: alias of the rows. -#}
{% macro group_name(rows) -%}
case
        when coalesce({{ rows }}.customer_season, {{ rows }}.aag_season) is null then 'check'
        else {{ left_characters('concat(' ~ rows ~ ".customer_name, ' ', coalesce(" ~ rows ~ '.customer_season, ' ~ rows ~ '.aag_season))', 255) }}
    end
{%- endmacro %}

{#- The columns that names on the board are made of, as a list of SQL literals. -#}
{% macro board_name_columns() -%}
'customer_season', 'aag_season', 'alias_related_item', 'customer_style',
    'customers_colour_code_custom_field_customer_provides_this', 'customer_colour_description', 'aag_order_number',
    'po_number', 'customer_alt_po'
{%- endmacro %}

{#- The name of an order's item: alias or style; colour code or description; order number; purchase order.

    Args: alias of the rows. -#}
{% macro item_name(rows) -%}
{%- set parts = [
    'coalesce(' ~ rows ~ '.alias_related_item, ' ~ rows ~ '.customer_style)',
    'coalesce(' ~ rows ~ '.customers_colour_code_custom_field_customer_provides_this, ' ~ rows ~ '.customer_colour_description)',
    rows ~ '.aag_order_number',
    'coalesce(' ~ rows ~ '.po_number, ' ~ rows ~ '.customer_alt_po)',
] -%}
{{ left_characters("concat_ws(' ', " ~ parts | join(', ') ~ ')', 255) }}
{%- endmacro %}
