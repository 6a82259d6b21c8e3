{#- How a table is built on SQL Server: beside the one that is read, which nobody notices, and then put in its place.

    dbt-sqlserver's own builds and renames in one transaction, so that whoever reads the table (and, since a table being
    made locks the catalog, dbt's other threads) waits through the load or the indexes. Here every step but the last
    commits by itself, and what belongs to the table is on it before it is read: indexes, grants, descriptions, our mark.
    DuckDB has dbt's own. -#}
{% materialization table, adapter='sqlserver' %}
{%- for name, only in {'table_refresh_method': 'rename', 'full_refresh_build': 'heap_then_index'}.items() if config.get(name, only) != only -%}
    {{ exceptions.raise_compiler_error(name ~ " can be '" ~ only ~ "' only: see macros/overrides/sqlserver/table.sql.") }}
{%- endfor -%}
{%- set standing = load_cached_relation(this) -%}
{%- set target_relation = this.incorporate(type='table') -%}
{%- set beside = make_intermediate_relation(target_relation) -%}
{%- set away = make_backup_relation(target_relation, 'table' if standing is none else standing.type) -%}
{%- do drop_relation_if_exists(load_cached_relation(beside)) -%}
{%- do drop_relation_if_exists(load_cached_relation(away)) -%}

{{ run_hooks(pre_hooks, inside_transaction=False) }}
{{ run_hooks(pre_hooks, inside_transaction=True) }}
{%- do adapter.commit_if_open() -%}

{%- do load_table_beside(beside, sql) -%}
{%- do apply_masks(beside, adapter.resolve_masks(model, config.get('masks'))) -%}
{%- do create_indexes(beside) -%}
{%- do apply_grants(beside, config.get('grants'), should_revoke=False) -%}
{%- do persist_docs(beside, model) -%}
{%- do run_query(mark_statement(beside, 'table', words_of_our_mark())) -%}
{%- do adapter.commit_if_open() -%}

{#- it may have been dropped since -#}
{%- set standing = load_cached_relation(standing) if standing is not none else none -%}
{%- call statement('put_in_place', auto_begin=False) -%} {{ put_in_place(standing, away, beside, target_relation) }} {%- endcall -%}
{%- if standing is not none -%} {%- do adapter.cache_renamed(standing, away) -%} {%- endif -%}
{%- do adapter.cache_renamed(beside, target_relation) -%}

{{ run_hooks(post_hooks, inside_transaction=True) }}
{%- do adapter.commit_if_open() -%}
{%- if standing is not none -%} {%- do drop_relation_if_exists(away) -%} {%- endif -%}
{{ build_model_constraints(target_relation) }}
{{ run_hooks(post_hooks, inside_transaction=False) }}
{{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
