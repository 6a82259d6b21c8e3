{#- The first hook of a run: everything that must be true before a relation is changed. Stops with one sentence.

    `dbt test` and the like change nothing, and without a server (compile) there is nothing to look at. -#}
{% macro check_before_the_run() %}
{%- if execute and invocation_args_dict.which in ['build', 'run', 'seed', 'snapshot', 'retry'] -%}
    {%- do refuse_foreign_relations() -%}
    {%- do check_customers() -%}
    {%- do check_called_macros() -%}
    {%- do check_expressions() -%}
    {%- do refuse_an_empty_source() if invocation_args_dict.which in ['build', 'run'] and not flags.EMPTY -%}
    {%- do commit_what_was_done() -%}
{%- endif -%}
{% endmacro %}
