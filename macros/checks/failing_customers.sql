{#- The customers of the rows that a data test found: a list of {'name' (none: the row names nobody), 'rows'}.

    A row names its customer itself (customer_name), or by what it is a row of: an order, a line, a file, a landed table.
    Of a generic test that shows only the value of its column, the rows of the model with that value count.
    Args: node, of a test that has run. -#}
{% macro failing_customers(node) %}
{%- set name = 'order_list__failing_' ~ invocation_id[:8] -%}
{%- set failing = api.Relation.create(database=target.database, schema=target.schema, identifier=name, type='view') -%}
{%- do drop_relation_if_exists(failing) -%}
{%- do run_query(get_create_view_as_sql(failing, node.compiled_code)) -%}
{%- set columns = adapter.get_columns_in_relation(failing) | map(attribute='name') | list -%}
{%- set tested = graph.nodes.get(node.attached_node) if node.attached_node else none -%}
{%- set owners = [
    ('order_key', 'order_list', 'order_key'), ('line_key', 'int_order_lines__keyed', 'line_key'),
    ('_source_file', 'int_orders__judged', '_source_file'), ('_raw_table', 'int_orders__judged', '_raw_table'),
    ('raw_table', 'int_orders__judged', '_raw_table'),
] | selectattr(0, 'in', columns) | list -%}
{%- set by_name -%}
select
    failing.customer_name,
    count(*) as failing_rows
from {{ failing }} as failing
group by failing.customer_name
{%- endset -%}
{%- set by_value -%}
{%- if tested and node.column_name -%}
select
    tested.customer_name,
    count(*) as failing_rows
from {{ relation_of(tested) }} as tested
{%- set value = 'tested.' ~ adapter.quote(node.column_name) %}
{%- if node.test_metadata.name == 'not_null' %}
where {{ value }} is null
{%- else %}
where {{ value }} in (select {{ adapter.quote(columns[0]) }} from {{ failing }})
{%- endif %}
group by tested.customer_name
{%- endif -%}
{%- endset -%}
{%- set by_owner -%}
{%- for own, model, key in owners[:1] -%}
select
    owner.customer_name,
    count(*) as failing_rows
from {{ failing }} as failing
left join (
    select distinct
        {{ key }},
        customer_name
    from {{ relation_of(graph.nodes['model.' ~ project_name ~ '.' ~ model]) }}
    where customer_name is not null
) as owner
    on failing.{{ own }} = owner.{{ key }}
group by owner.customer_name
{%- endfor -%}
{%- endset -%}
{%- if 'customer_name' in columns -%} {%- set found = by_name -%}
{%- elif by_value and 'customer_name' in column_names_of(tested) -%} {%- set found = by_value -%}
{%- else -%} {%- set found = by_owner -%}
{%- endif -%}
{%- set customers = [] -%}
{%- for row in run_query(found) if found -%} {%- do customers.append({'name': row[0], 'rows': row[1] | int}) -%} {%- endfor -%}
{%- do adapter.drop_relation(failing) -%}
{{ return(customers) }}
{% endmacro %}

{#- Args: node, of a model, seed or snapshot. -#}
{% macro relation_of(node) %}
{{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) }}
{% endmacro %}

{% macro column_names_of(node) %}
{{ return(adapter.get_columns_in_relation(relation_of(node)) | map(attribute='name') | list) }}
{% endmacro %}
