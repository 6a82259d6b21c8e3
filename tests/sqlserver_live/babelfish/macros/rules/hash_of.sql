{#- As macros/rules/hash_of.sql, in groups: PostgreSQL passes at most 100 arguments to a function. -#}
{% macro hash_of(values) -%}
{%- set joined -%}
concat_ws({{ unit_separator() }}
    {%- for group in values | batch(90) %},
    nullif(concat_ws({{ unit_separator() }}, cast(null as nvarchar(1))
    {%- for value in group %}, {{ named_value(value.name, value.sql) }}{% endfor %}), N'')
    {%- endfor %})
{%- endset -%}
{{ sha256_hex(joined) }}
{%- endmacro %}
