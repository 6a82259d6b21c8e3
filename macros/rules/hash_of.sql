{#- The hash of named values: SHA-256 over "name=value" of those that are not NULL, joined by U+001F.

    A column that is NULL is left out, so adding a column to the contract changes no hash. Values must be text or cast
    to text without loss: dates are yyyy-mm-dd, decimals have the digits of their scale.
    Args: values, a list of {'name', 'sql'} (at most 250). -#}
{% macro hash_of(values) -%}
{%- set joined -%}
concat_ws({{ unit_separator() }}
    {%- for value in values %},
    {{ named_value(value.name, value.sql) }}
    {%- endfor %})
{%- endset -%}
{{ sha256_hex(joined) }}
{%- endmacro %}
