{#- The raw tables that are there, as relations; without a server, all that are declared. -#}
{% macro landed_tables() %}
{%- set found = [] -%}
{%- if execute -%}
    {%- for source in graph.sources.values() if source.source_name == 'workbooks' -%}
        {%- if flags.INTROSPECT -%}
            {%- set relation = adapter.get_relation(source.database, source.schema, source.identifier) -%}
        {%- else -%}
            {%- set relation = api.Relation.create(database=source.database, schema=source.schema, identifier=source.identifier) -%}
        {%- endif -%}
        {%- do found.append(relation) if relation is not none -%}
    {%- endfor -%}
{%- endif -%}
{{ return(found) }}
{% endmacro %}
