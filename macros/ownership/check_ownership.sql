{#- `dbt run-operation check_ownership`: what a build asks first, alone. `pipeline run` calls it before it does anything
    when a relation under one of our names has no mark; `cutover take-over` to learn which are not ours.
    Args: only_look, mark nothing. -#}
{% macro check_ownership(only_look=false) %}
{%- do refuse_foreign_relations(only_look) -%}
{%- do commit_what_was_done() -%}
{% endmacro %}
