{#- How a view is made on DuckDB: where it stands, in one transaction. dbt's own way makes it beside, renames twice and
    drops, which on DuckDB gives a reader nothing (the file is dbt's alone) and costs half of a view's time. -#}
{% materialization view, adapter='duckdb' %}
{%- set standing = load_cached_relation(this) -%}
{%- set target_relation = this.incorporate(type='view') -%}
{{ run_hooks(pre_hooks, inside_transaction=False) }}
{{ run_hooks(pre_hooks, inside_transaction=True) }}
{% call statement('main') %}
drop {{ standing.type if standing is not none else 'view' }} if exists {{ target_relation }};
{{ get_create_view_as_sql(target_relation, sql) }}
{% endcall %}
{%- if standing is not none and not standing.is_view -%} {%- do adapter.cache_dropped(standing) -%} {%- endif -%}
{%- do persist_docs(target_relation, model) -%}
{{ run_hooks(post_hooks, inside_transaction=True) }}
{%- do adapter.commit() -%}
{{ run_hooks(post_hooks, inside_transaction=False) }}
{{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
