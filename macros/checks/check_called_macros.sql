{#- Stops a run before it changes anything when a customer's SQL file calls a macro that there is not. While dbt parses, such
    a call is nothing; it would fail when its turn comes, with other customers' views written. -#}
{% macro check_called_macros() %}
{%- for node in customer_models() -%}
    {%- for part in modules.re.findall('(?s)[{][{%](.*?)[%}][}]', node.raw_code or '') -%}
        {%- set bare = modules.re.sub("'[^']*'|" ~ '"[^"]*"', '', part) -%}
        {%- for name in modules.re.findall('(?<![.\w])([A-Za-z_]\w*)\s*[(]', bare) if name not in context and name not in ['range', 'dict', 'namespace', 'if', 'and', 'or', 'not', 'in'] -%}
            {%- do stop_customer(node.original_file_path, 'macro', 'there is no macro "' ~ name ~ '"; a customer\'s file calls order_list_of') -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endfor -%}
{% endmacro %}
