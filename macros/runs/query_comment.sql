{#- What dbt writes before each statement, for who finds it in a list of slow or blocking ones: the run of the pipeline
    (empty where dbt was started by hand), dbt's own id of it, and the node.

    Args: node, or none for a statement of no node. -#}
{% macro query_comment(node) -%}
{{- return(tojson({
    'app': 'dbt', 'run_id': env_var('ORDER_LIST_RUN_ID', ''), 'invocation_id': invocation_id,
    'node_id': node.unique_id if node else none,
})) -}}
{%- endmacro %}
