{#- Creates the tables of the sync ledger that the views here read, where they are missing.

    The ledger is monday_sync's: it alone writes it, and its own list of columns (monday_sync/ledger/schema.py) is the
    original; a test compares the two. -#}
{% macro create_ledger_tables() %}
{%- for name, table in ledger_tables().items() %}
{{ create_table_if_missing(ledger_table(name), table.columns, table.key) }};
{%- endfor %}
{# tables of an earlier version: what is new there is NULL, so their rows are compared with the board once #}
{%- for table in ['monday_sync_items', 'monday_sync_subitems'] %}
{{ add_column_if_missing(ledger_table(table), 'board_hash', 'varchar(64)') }};
{{ add_column_if_missing(ledger_table(table), 'mapping', 'varchar(64)') }};
{{ add_column_if_missing(ledger_table(table), 'left_as', type_sized(16)) }};
{{ add_column_if_missing(ledger_table(table), 'left_at', type_moment()) }};
{%- endfor %}
{{ add_column_if_missing(ledger_table('monday_sync_customers'), 'lines', 'integer') }};
{{ add_column_if_missing(ledger_table('monday_sync_customers'), 'pieces', 'bigint') }};
{% endmacro %}

{#- {name: {'key', 'columns' (name, type, not null)}} of the ledger's tables that are read here. -#}
{% macro ledger_tables() %}
{%- set state = [
    'row_hash varchar(64)', 'payload ' ~ type_text(), 'attempt_hash varchar(64)', 'outcome ' ~ type_sized(16),
    'error_message ' ~ type_sized(1000), 'retry_count integer', 'attempted_at ' ~ type_moment(),
    'completed_at ' ~ type_moment(), 'run_id ' ~ type_sized(64), 'created_run_id ' ~ type_sized(64),
    'board_hash varchar(64)', 'mapping varchar(64)', 'left_as ' ~ type_sized(16), 'left_at ' ~ type_moment(),
] -%}
{{ return({
    'monday_sync_items': {'key': 'order_key', 'columns': [
        'order_key varchar(64) not null', 'board_id ' ~ type_sized(32), 'monday_item_id ' ~ type_sized(32),
        'group_id ' ~ type_sized(255), 'group_name ' ~ type_sized(255), 'item_name ' ~ type_sized(255),
        'customer_name ' ~ type_sized(100),
    ] + state},
    'monday_sync_subitems': {'key': 'line_key', 'columns': [
        'line_key varchar(64) not null', 'order_key varchar(64)', 'board_id ' ~ type_sized(32),
        'monday_subitem_id ' ~ type_sized(32), 'item_name ' ~ type_sized(255), 'customer_name ' ~ type_sized(100),
    ] + state},
    'monday_sync_customers': {'key': 'customer_name', 'columns': [
        'customer_name ' ~ type_sized(100) ~ ' not null', 'orders integer', 'run_id ' ~ type_sized(64),
        'recorded_at ' ~ type_moment(), 'lines integer', 'pieces bigint',
    ]},
    'monday_sync_fills': {'key': 'customer_name, column_name', 'columns': [
        'customer_name ' ~ type_sized(100) ~ ' not null', 'column_name ' ~ type_sized(128) ~ ' not null', 'orders integer',
        'filled integer', 'run_id ' ~ type_sized(64), 'recorded_at ' ~ type_moment(),
    ]},
    'monday_sync_mappings': {'key': 'board_id, row_level, mapping, view_column', 'columns': [
        'board_id ' ~ type_sized(32) ~ ' not null', 'row_level ' ~ type_sized(16) ~ ' not null',
        'mapping varchar(64) not null', 'view_column ' ~ type_sized(128) ~ ' not null', 'column_id ' ~ type_sized(100),
        'column_type ' ~ type_sized(16), 'is_current integer', 'recorded_at ' ~ type_moment(),
    ]},
}) }}
{% endmacro %}

{% macro ledger_table(name) %}
{{- return(api.Relation.create(database=target.database, schema=target.schema, identifier=name)) -}}
{% endmacro %}

{% macro type_sized(size) %}{{ return('nvarchar(' ~ size ~ ')') }}{% endmacro %}
