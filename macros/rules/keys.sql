{#- order_key: the business key of an order within its customer, by the columns that the customer's file names as `key`.

    Args: alias of the rows, which have customer_name, _raw_table and all of key_columns(). -#}
{% macro order_key(rows) -%}
{%- set special = customers_that_say('key') -%}
{%- if not special -%}
{{ key_of(rows, customer_defaults().key) }}
{%- else -%}
case {{ rows }}._raw_table
            {%- for raw_table, columns in special.items() %}
            when {{ text_literal(raw_table) }} then {{ key_of(rows, columns) }}
            {%- endfor %}
            else {{ key_of(rows, customer_defaults().key) }}
        end
{%- endif -%}
{%- endmacro %}

{#- The hash of a customer's name and the columns of its key. -#}
{% macro key_of(rows, columns) -%}
{%- set values = [{'name': 'customer_name', 'sql': rows ~ '.customer_name'}] -%}
{%- for column in columns if column != 'customer_name' -%}
    {%- do values.append({'name': column, 'sql': rows ~ '.' ~ identifier(column)}) -%}
{%- endfor -%}
{{ hash_of(values) }}
{%- endmacro %}

{#- The columns that are part of any customer's key. -#}
{% macro key_columns() %}
{%- set found = customer_defaults().key | list -%}
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
