{#- The business columns of an order, read from where they are declared: the contract of ORDER_LIST.

    Returns a list, in contract order, of {'name', 'header', 'spellings', 'kind' (text, date, decimal or whole),
    'data_type', 'size' (text), 'precision' and 'scale' (decimal)}. Empty while dbt parses. The var
    only_columns names those to keep: `make lint` looks at a few of each kind, since the others are written alike. -#}
{% macro business_columns() %}
{%- set found = [] -%}
{%- if execute -%}
    {%- set only = var('only_columns', []) -%}
    {%- for column in graph.nodes['model.order_list.order_list'].columns.values()
        if column.config.meta.header and (not only or column.name in only) -%}
        {%- set type = column.data_type -%}
        {%- set numbers = modules.re.findall('[0-9]+', type) | map('int') | list -%}
        {%- set kind = {'nvarchar': 'text', 'date': 'date', 'decimal': 'decimal', 'smallint': 'whole', 'int': 'whole'}[type.split('(')[0]] -%}
        {%- do found.append({
            'name': column.name,
            'header': column.config.meta.header,
            'spellings': column.config.meta.spellings or [],
            'kind': kind,
            'data_type': type,
            'size': numbers[0] if kind == 'text' else none,
            'precision': numbers[0] if kind == 'decimal' else none,
            'scale': numbers[1] if kind == 'decimal' else none,
        }) -%}
    {%- endfor -%}
{%- endif -%}
{{ return(found) }}
{% endmacro %}
