{#- The statement that marks what dbt has just made as ours: a post-hook of everything, in the transaction that makes it.

    refuse_foreign_relations replaces nothing without it, and `pipeline run` skips a build only while every relation
    still carries the words of the same build. Args: relation, as a hook's `this`. -#}
{% macro mark_as_ours(relation) %}
{%- if execute -%}
    {{ mark_statement(relation, 'view' if model.config.materialized == 'view' else 'table', words_of_our_mark()) }}
{%- endif -%}
{% endmacro %}

{#- What the mark says. Python knows it by its beginning (warehouse/ownership.py). -#}
{% macro words_of_our_mark() %}{{ return(our_mark_begins() ~ ', dbt invocation ' ~ invocation_id) }}{% endmacro %}

{% macro our_mark_begins() %}{{ return('Made by the order list') }}{% endmacro %}
