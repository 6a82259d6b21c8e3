{#- `dbt run-operation check_ownership`: what a build asks first, alone. `pipeline run` calls it before it does anything
    when a relation under one of our names has no mark. -#}
{% macro check_ownership() %}
{%- do refuse_foreign_relations() -%}
{%- do commit_what_was_done() -%}
{% endmacro %}
