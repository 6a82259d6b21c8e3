{#- The headers of a landed workbook, in the order of the sheet; none if it has not been landed.

    Without a server (--no-introspect) there is nothing to look at: then a workbook is taken to have every declared
    column and a few sizes, so that the compiled SQL shows all there can be.
    Args: raw, the relation of the raw table; declared, the business_columns(). Returns a list of names, without the loader's own columns. -#}
{% macro raw_headers(raw, declared) %}
{%- if not execute -%} {{ return([]) }} {%- endif -%}
{%- if not flags.INTROSPECT -%}
    {%- set headers = [] -%}
    {%- for column in declared -%}
        {%- do headers.append(column.header) -%}
        {%- if column.name == 'unit_of_measure' -%} {%- do headers.extend(['0', 'XS', '30/32']) -%} {%- endif -%}
    {%- endfor -%}
    {{ return(headers) }}
{%- endif -%}
{%- set landed = adapter.get_relation(raw.database, raw.schema, raw.identifier) -%}
{%- if landed is none -%} {{ return([]) }} {%- endif -%}
{{ return(adapter.get_columns_in_relation(landed) | map(attribute='name') | reject('in', loader_columns()) | list) }}
{% endmacro %}

{#- The columns that the loader adds to what the sheet has. -#}
{% macro loader_columns() %}
{{ return(['_source_file', '_source_sheet', '_source_row', '_extracted_at', '_load_id']) }}
{% endmacro %}
