{#- order_key: the business key of an order within its customer. Args: alias of the rows. -#}
{% macro order_key(rows) -%}
{{ hash_of([
    {'name': 'customer_name', 'sql': rows ~ '.customer_name'},
    {'name': 'aag_order_number', 'sql': rows ~ '.aag_order_number'},
    {'name': 'planned_delivery_method', 'sql': rows ~ '.planned_delivery_method'},
    {'name': 'customer_style', 'sql': rows ~ '.customer_style'},
]) }}
{%- endmacro %}

{#- line_key: an order's key and the size. -#}
{% macro line_key(order_key, size_code) -%}
{{ hash_of([{'name': 'order_key', 'sql': order_key}, {'name': 'size_code', 'sql': size_code}]) }}
{%- endmacro %}

{#- row_hash of a line: what the board shows of it, and what was ordered. -#}
{% macro line_hash(size_code, qty, ordered_qty) -%}
{{ hash_of([
    {'name': 'size_code', 'sql': size_code},
    {'name': 'qty', 'sql': 'cast(' ~ qty ~ ' as varchar(20))'},
    {'name': 'ordered_qty', 'sql': 'cast(' ~ ordered_qty ~ ' as varchar(20))'},
]) }}
{%- endmacro %}

{#- row_hash of an order: all business columns, each as the text that is hashed. -#}
{% macro order_hash(rows) -%}
{%- set values = [] -%}
{%- for column in business_columns() -%}
    {%- set sql = rows ~ '.' ~ identifier(column.name) -%}
    {%- do values.append({'name': column.name, 'sql': sql if column.kind == 'text' else 'cast(' ~ sql ~ ' as varchar(50))'}) -%}
{%- endfor -%}
{{ hash_of(values) }}
{%- endmacro %}
