{#- The last hook of a run: customers on whose rows a data test fails are held back from the board, and the others go on.

    Data tests warn (see dbt_project.yml), so one customer's rows stop nobody else's models. What each test found is
    kept in order_list_failed_tests, by customer, until the test runs again; sync_customers reads it. A test whose rows
    name no customer fails the run: nobody could be held back. `meta: {only_reports: true}` makes a test a mere report.
    Args: results, dbt's own. -#}
{% macro hold_back_failing_customers(results) %}
{%- if execute and invocation_args_dict.which in ['build', 'test', 'retry'] and not flags.EMPTY -%}
    {%- set ran = [] -%}
    {%- set found = [] -%}
    {%- set nameless = [] -%}
    {%- for result in results if result.node.resource_type == 'test' and result.status in ['pass', 'warn'] -%}
        {%- do ran.append(result.node.name) -%}
        {%- if result.status == 'warn' and not (result.node.config.meta or {}).get('only_reports') -%}
            {%- set customers = failing_customers(result.node) -%}
            {%- for customer in customers if customer.name -%} {%- do found.append([customer.name, result.node.name, customer.rows]) -%} {%- endfor -%}
            {%- if not customers or customers | rejectattr('name') | list -%} {%- do nameless.append(result.node.name) -%} {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do keep_failed_tests(ran, found) -%}
    {%- do commit_what_was_done() -%}
    {%- if nameless -%}
        {{ exceptions.raise_compiler_error(
            nameless | join(', ') ~ ': fails on rows that name no customer, so none can be held back. '
            ~ 'Look at them: dbt show --select ' ~ nameless | first
        ) }}
    {%- endif -%}
{%- endif -%}
{% endmacro %}

{#- Replaces what is kept of the tests that ran, and of those that are no more.

    Args: ran, names of tests; found, a list of [customer, test, rows]. -#}
{% macro keep_failed_tests(ran, found) %}
{%- set kept = failed_tests_table() -%}
{%- set known = graph.nodes.values() | selectattr('resource_type', 'eq', 'test') | map(attribute='name') | list -%}
{%- for row in run_query('select distinct test_name from ' ~ kept) if row[0] in ran or row[0] not in known -%}
    {%- set forgotten -%} delete from {{ kept }} where test_name = {{ text_literal(row[0]) }} {%- endset -%}
    {%- do run_query(forgotten) -%}
{%- endfor -%}
{%- for customer, test, rows in found -%}
    {%- set line -%}
    insert into {{ kept }} (customer_name, test_name, failing_rows, invocation_id)
    values ({{ text_literal(customer) }}, {{ text_literal(test) }}, {{ rows }}, '{{ invocation_id }}')
    {%- endset -%}
    {%- do run_query(line) -%}
{%- endfor -%}
{% endmacro %}

{#- The table that says which customers fail which tests. No model: it is written after the models. -#}
{% macro failed_tests_table() %}
{{ return(api.Relation.create(database=target.database, schema=target.schema, identifier='order_list_failed_tests')) }}
{% endmacro %}

{% macro create_failed_tests_table() %}
{{ create_table_if_missing(failed_tests_table(), failed_tests_columns(), 'customer_name, test_name') }}
{% endmacro %}

{% macro failed_tests_columns() %}
{{ return([
    'customer_name ' ~ type_sized(100) ~ ' not null', 'test_name ' ~ type_sized(255) ~ ' not null', 'failing_rows integer',
    'invocation_id varchar(64)',
]) }}
{% endmacro %}
