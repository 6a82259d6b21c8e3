{#- The business columns of an order: those of ORDER_LIST that come from a cell (see order_list_columns).

    Returns a list, in contract order, of {'name', 'header', 'spellings', 'kind' (text, date, decimal or whole),
    'data_type', 'size' (text), 'precision' and 'scale' (decimal)}. The var only_columns names those to keep: `make lint`
    looks at a few of each kind, since the others are written alike. -#}
{% macro business_columns() %}
{%- set found = [] -%}
{%- set only = var('only_columns', []) -%}
{%- for column in order_list_columns() if column.header and (not only or column.name in only) -%}
    {%- set numbers = modules.re.findall('[0-9]+', column.type) | map('int') | list -%}
    {%- set kind = {'nvarchar': 'text', 'date': 'date', 'decimal': 'decimal', 'smallint': 'whole', 'int': 'whole'}[column.type.split('(')[0]] -%}
    {%- do found.append({
        'name': column.name,
        'header': column.header,
        'spellings': column.spellings or [],
        'kind': kind,
        'data_type': column.type,
        'size': numbers[0] if kind == 'text' else none,
        'precision': numbers[0] if kind == 'decimal' else none,
        'scale': numbers[1] if kind == 'decimal' else none,
    }) -%}
{%- endfor -%}
{{ return(found) }}
{% endmacro %}
