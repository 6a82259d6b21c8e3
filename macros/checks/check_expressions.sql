{#- Has the database look at every SQL expression in a customer's file, without a row, before a run changes anything. What
    it refuses it shows with the words before it, which name the file and the column. -#}
{% macro check_expressions() %}
{%- for node in customer_models() -%}
    {%- set settings = customer_settings(node) -%}
    {%- set source = customer_source(node) -%}
    {%- if source and settings.expressions and not settings.paused -%}
        {%- set raw = adapter.get_relation(source.database, source.schema, source.identifier) -%}
        {%- set file = (node.patch_path or node.original_file_path).split('://') | last -%}
        {%- set headers = raw_headers(raw, business_columns()) if raw is not none else [] -%}
        {%- for column, sql in settings.expressions.items() if raw is not none -%}
            {%- do log('Checking ' ~ file ~ ': expressions: ' ~ column) -%}
            {%- do run_query('select\n/* ' ~ file ~ ': expressions: ' ~ column ~ ' */ ' ~ expression_over(sql, headers) ~ ' as checked\nfrom ' ~ raw ~ '\nwhere 1 = 0') -%}
        {%- endfor -%}
    {%- endif -%}
{%- endfor -%}
{% endmacro %}
