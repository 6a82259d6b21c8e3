{#- Has the database look at every SQL expression in a customer's file, without a row, before a run changes anything. A
    line names the file and the column before each, since the database's own words do not. -#}
{% macro check_expressions() %}
{%- for node in customer_models() -%}
    {%- set settings = customer_settings(node) -%}
    {%- set source = customer_source(node) -%}
    {%- if source and settings.expressions and not settings.paused -%}
        {%- set raw = adapter.get_relation(source.database, source.schema, source.identifier) -%}
        {%- set file = (node.patch_path or node.original_file_path).split('://') | last -%}
        {%- set headers = {} -%}
        {%- for header in raw_headers(raw, business_columns()) if raw is not none -%} {%- do headers.update({folded_header(header): header}) -%} {%- endfor -%}
        {%- for column, sql in settings.expressions.items() if raw is not none -%}
            {%- do log('Checking ' ~ file ~ ': expressions: ' ~ column, info=true) -%}
            {%- do run_query('select ' ~ headers_as_columns(sql, headers) ~ ' as checked from ' ~ raw ~ ' where 1 = 0') -%}
        {%- endfor -%}
    {%- endif -%}
{%- endfor -%}
{% endmacro %}

{#- A customer's SQL in one line, with each header in it ("IN DOUBLE QUOTES") as the column that has it.

    Args: sql; headers, {folded: as the table has it}. -#}
{% macro headers_as_columns(sql, headers) %}
{%- set parts = [] -%}
{%- for piece in modules.re.split('("(?:[^"]|"")+")', sql.split() | join(' ')) -%}
    {%- set header = headers.get(folded_header(piece[1:-1].replace('""', '"'))) if piece[:1] == '"' else none -%}
    {%- do parts.append(identifier(header) if header else piece) -%}
{%- endfor -%}
{{ return(parts | join('')) }}
{% endmacro %}
