{#- The business columns of an order: those of ORDER_LIST that come from a cell (see order_list_columns).

    Returns a list, in contract order, of {'name', 'header', 'spellings', 'kind' (text, date, decimal or whole),
    'data_type', 'size' (text), 'precision' and 'scale' (decimal), 'board_type' (or none)}. The var
    only_columns names those to keep: `make lint` looks at a few of each kind, since the others are written alike. Stops with
    a sentence that names each column whose type is none of ours: it would be cast as something. -#}
{% macro business_columns() %}
{%- set found = [] -%}
{%- set only = var('only_columns', []) -%}
{%- set types = {} -%}
{%- set wrong = [] -%}
{%- for column in order_list_columns() if column.header and (not only or column.name in only) -%}
    {%- if column.type not in types -%} {%- do types.update({column.type: business_type(column.type | string)}) -%} {%- endif -%}
    {%- set type = types[column.type] -%}
    {%- if not type.kind -%}
        {%- do wrong.append('column ' ~ column.name ~ ' has the type ' ~ column.type) -%}
    {%- endif -%}
    {%- do found.append({
        'name': column.name,
        'header': column.header,
        'spellings': column.spellings or [],
        'kind': type.kind,
        'data_type': column.type,
        'board_type': column.board_type,
        'size': type.numbers[0] if type.kind == 'text' else none,
        'precision': type.numbers[0] if type.kind == 'decimal' else none,
        'scale': type.numbers[1] if type.kind == 'decimal' else none,
    }) -%}
{%- endfor -%}
{%- if wrong -%}
    {{ exceptions.raise_compiler_error(
        'macros/columns/order_list_columns.sql: ' ~ wrong | join(', ')
        ~ '; the types are nvarchar(n) with n up to 4000, decimal(p, s) with s up to p, date, smallint and int.'
    ) }}
{%- endif -%}
{{ return(found) }}
{% endmacro %}

{#- The kind and the numbers of a column's type; a type that is none of ours has no kind.

    Args: type, as order_list_columns() has it. -#}
{% macro business_type(type) %}
{%- set ours = 'nvarchar[(]([1-9][0-9]{0,2}|[1-3][0-9]{3}|4000)[)]|decimal[(]([1-9]|[12][0-9]|3[0-8]), ?[0-9]{1,2}[)]'
    ~ '|date|smallint|int' -%}
{%- set kinds = {'nvarchar': 'text', 'date': 'date', 'decimal': 'decimal', 'smallint': 'whole', 'int': 'whole'} -%}
{%- set numbers = modules.re.findall('[0-9]+', type) | map('int') | list -%}
{%- set is_ours = modules.re.fullmatch(ours, type) and not (numbers | length == 2 and numbers[1] > numbers[0]) -%}
{{ return({'kind': kinds[type.split('(')[0]] if is_ours else none, 'numbers': numbers}) }}
{% endmacro %}
