{#- dbt's own macros for the catalog of `dbt docs generate`, told to hand descriptions on: dbt itself has no means for it.

    A column's meaning is written once, where the column is declared. Wherever else it shows, the documentation says what
    the nearest relation says that describes a column of this name: first of those it is made from, then of those made
    from it (what the sheets say is declared by ORDER_LIST, below them).
    Args: those of dbt. -#}
{% macro get_catalog(information_schema, schemas) %}
{%- set catalog = adapter.dispatch('get_catalog', 'dbt')(information_schema, schemas) -%}
{%- do hand_descriptions_on(catalog) -%}
{{ return(catalog) }}
{% endmacro %}

{% macro get_catalog_relations(information_schema, relations) %}
{%- set catalog = adapter.dispatch('get_catalog_relations', 'dbt')(information_schema, relations) -%}
{%- do hand_descriptions_on(catalog) -%}
{{ return(catalog) }}
{% endmacro %}
