{#- What the board shows of an order or a line, and the hash over all of it: the views select by the same macros that the
    hash goes by, so nothing that the board shows can be outside. -#}

{#- A business column as the board shows it. Args: column, one of business_columns(); rows, the alias of the orders. -#}
{% macro shown_value(column, rows) -%}
{%- if column.name == 'total_qty' -%}
case when {{ rows }}.order_type = 'CANCELLED' then 0 else {{ rows }}.total_qty end
{%- else -%}
{{ rows }}.{{ identifier(column.name) }}
{%- endif -%}
{%- endmacro %}

{#- board_hash of an order: its data, its names, each value that a rule makes for the board, and the board's mapping.

    Args: rows, the alias of orders with group_name and item_name; mapping, the fingerprint of the board's mapping. -#}
{% macro order_board_hash(rows, mapping) -%}
{%- set values = [
    {'name': 'row_hash', 'sql': rows ~ '.row_hash'},
    {'name': 'group_name', 'sql': rows ~ '.group_name'},
    {'name': 'item_name', 'sql': rows ~ '.item_name'},
] -%}
{%- for column in business_columns() -%}
    {%- set shown = shown_value(column, rows) | trim -%}
    {#- what is copied is in row_hash already -#}
    {%- if shown != rows ~ '.' ~ identifier(column.name) -%}
        {%- do values.append({'name': column.name, 'sql': shown if column.kind == 'text' else 'cast(' ~ shown ~ ' as varchar(50))'}) -%}
    {%- endif -%}
{%- endfor -%}
{%- do values.append({'name': '@mapping', 'sql': mapping}) -%}
cast({{ hash_of(values) }} as varchar(64))
{%- endmacro %}

{#- board_hash of a line: its data, what the board is told of its order as well (where its file maps that), the mapping.

    Args: row_hash, of the line; rows, the alias of what has the other columns; mapped, the alias of board_mapping. -#}
{% macro line_board_hash(row_hash, rows, mapped) -%}
cast({{ hash_of([
    {'name': 'row_hash', 'sql': row_hash},
    {'name': 'customer_name', 'sql': 'case when ' ~ mapped ~ '.has_customer_name = 1 then ' ~ rows ~ '.customer_name end'},
    {'name': 'order_type', 'sql': 'case when ' ~ mapped ~ '.has_order_type = 1 then ' ~ rows ~ '.order_type end'},
    {'name': 'ex_factory_date', 'sql': 'case when ' ~ mapped ~ '.has_ex_factory_date = 1 then cast(' ~ rows ~ '.ex_factory_date as varchar(50)) end'},
    {'name': '@mapping', 'sql': mapped ~ '.mapping'},
]) }} as varchar(64))
{%- endmacro %}

{#- One row: the mapping of a level of the board that is in force, NULL before the first push, and whether it has some columns.

    Args: level, item or subitem; columns, names of view columns. -#}
{% macro board_mapping(level, columns=[]) -%}
select
    max(mappings.mapping) as mapping
    {%- for column in columns %},
    max(case when mappings.view_column = '{{ column }}' then 1 else 0 end) as has_{{ column }}
    {%- endfor %}
from {{ source('ledger', 'monday_sync_mappings') }} as mappings
where mappings.is_current = 1 and mappings.row_level = '{{ level }}'
{%- endmacro %}
