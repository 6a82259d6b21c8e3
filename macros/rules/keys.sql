{#- order_key: the hash of a customer's name and the columns of its key.

    Args: rows, alias of what has customer_name and all of key_columns(); columns, those of the customer's key. -#}
{% macro order_key(rows, columns) -%}
{%- set values = [{'name': 'customer_name', 'sql': rows ~ '.customer_name'}] -%}
{%- for column in columns if column != 'customer_name' -%}
    {%- do values.append({'name': column, 'sql': rows ~ '.' ~ identifier(column)}) -%}
{%- endfor -%}
{{ hash_of(values) }}
{%- endmacro %}

{#- The header of a column of an order's key whose text does not fit its column; NULL when all do.

    Two different texts that do not fit would both be no value, and the second order a duplicate of the first. An order has
    a number whatever its key is made of.
    Args: rows, alias of what has of all key_columns() the value and, as <name>_text, the text; columns, those of the key. -#}
{% macro key_misfit(rows, columns) -%}
case
            {%- for column in business_columns() if column.name in columns + ['aag_order_number'] and column.name != 'customer_name' %}
            {%- set value = rows ~ '.' ~ identifier(column.name) %}
            when {{ rows }}.{{ column.name }}_text is not null and {{ value }} is null then {{ text_literal(column.header) }}
            {%- endfor %}
        end
{%- endmacro %}

{#- The columns that are part of any customer's key, the order's number among them. -#}
{% macro key_columns() %}
{%- set found = ['aag_order_number'] + customer_defaults().key -%}
{%- for columns in customers_that_say('key').values() -%} {%- do found.extend(columns) -%} {%- endfor -%}
{{ return(found | unique | reject('equalto', 'customer_name') | list) }}
{% endmacro %}

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
