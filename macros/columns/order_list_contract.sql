{#- `dbt run-operation order_list_contract`: print the properties of ORDER_LIST, its contract, as order_list_columns() says.

    dbt wants a contract as YAML; `make contract` writes it into models/marts/order_list.yml, so nobody does by hand. -#}
{% macro order_list_contract() %}
{%- set lines = [
    '# Written by `make contract` from macros/columns/order_list_columns.sql; add or change a column there.',
    'models:',
    '  - name: order_list',
    '    description: One row per order, typed; what the customers\' order lists say today.',
    '    config:',
    '      contract: {enforced: true}',
    '    columns:',
] -%}
{%- for column in order_list_columns() -%}
    {%- do lines.extend([
        '      - name: ' ~ column.name,
        '        description: ' ~ tojson(column.description),
        '        data_type: ' ~ column.type,
    ]) -%}
    {%- if column.quote -%} {%- do lines.append('        quote: true') -%} {%- endif -%}
    {%- if column.not_null -%} {%- do lines.append('        constraints: [{type: not_null}]') -%} {%- endif -%}
    {%- if column.data_tests -%} {%- do lines.append('        data_tests:') -%} {%- endif -%}
    {%- for test in column.data_tests or [] -%} {%- do lines.append('          - ' ~ test) -%} {%- endfor -%}
{%- endfor -%}
{{ print(lines | join('\n')) }}
{% endmacro %}
