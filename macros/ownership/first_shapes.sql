{#- Whether a relation without a mark is what the first release made under this name: its kind, and columns that nobody
    else would have together.

    Args: name, one of ours; standing, the relation there; kind, table or view. -#}
{% macro has_first_shape(name, standing, kind) %}
{%- set shape = first_shapes().get(name, ['view', ['sizes', '_raw_table', '_source_row', '_load_id']] if name.startswith('stg_') else none) -%}
{{ return(shape is not none and shape[0] == kind and has_columns(standing, shape[1])) }}
{% endmacro %}

{#- Args: relation; columns, names that it must have, in any case. -#}
{% macro has_columns(relation, columns) %}
{%- set there = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list -%}
{{ return(columns | reject('in', there) | list | length == 0) }}
{% endmacro %}

{#- Whether a table that is kept is ours: more than half of its columns are there, since another release may have had some
    more or fewer. The rule of warehouse/ownership.py.

    Args: relation; columns, a list of "name type". -#}
{% macro has_most_columns(relation, columns) %}
{%- set there = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list -%}
{%- set known = [] -%}
{%- for column in columns if column.split(' ')[0] in there -%} {%- do known.append(column) -%} {%- endfor -%}
{{ return(known | length * 2 > columns | length) }}
{% endmacro %}

{#- Kind and columns of what the first release made without a mark; customers' views are known by their prefix. -#}
{% macro first_shapes() %}
{%- set synced = ['order_key', 'row_hash', 'sync_state', 'action_type'] -%}
{{ return({
    'customer_names': ['table', ['customer_name', 'raw_table', 'spelling']],
    'ORDER_LIST_STAGING': ['view', ['order_key', 'row_reject_code', 'row_reject_reason', '_raw_table']],
    'ORDER_LIST': ['table', ['order_key', 'row_hash', 'source_customer_name', '_source_row', '_load_id']],
    'order_list_rejects': ['table', ['reject_level', 'reason_code', 'value_text', '_source_row']],
    'order_list_headers': ['table', ['raw_table', 'position', 'header', 'role', 'column_name']],
    'order_list_history': ['table', ['order_key', 'row_hash', 'dbt_scd_id', 'dbt_valid_to']],
    'swp_ORDER_LIST_SYNC': ['view', synced + ['group_name', 'source_customer_name', '_load_id']],
    'FACT_ORDER_LIST': ['view', synced + ['group_name', 'source_customer_name', '_load_id']],
    'ORDER_LIST_LINES': ['view', synced + ['line_key', 'size_position']],
    'sync_customers': ['view', ['customer_name', 'baseline_orders', 'is_held_back', 'held_back_reason']],
    'sync_monday__items': ['view', synced + ['group_name', 'is_held_back', 'held_back_reason']],
    'sync_monday__subitems': ['view', synced + ['line_key', 'is_held_back', 'held_back_reason']],
}) }}
{% endmacro %}
