{#- How a table is built on SQL Server: beside the one that is read, which nobody notices, and then put in its place.

    dbt-sqlserver's own builds and renames in one transaction, so that whoever reads the table (and, since a table being
    made locks the catalog, dbt's other threads) waits through the load or the indexes. Here every step but the last
    commits by itself, and what belongs to the table is on it before it is read: indexes, grants, descriptions, our mark.
    DuckDB has dbt's own. -#}
{% materialization table, adapter='sqlserver' %}
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

{#- Makes a table and fills it, in two statements: one that does both locks the catalog until the last row is in.

    Args: relation, which nobody reads yet; sql, the model's. -#}
{% macro load_table_beside(relation, sql) %}
{%- set source = relation.incorporate(path={'identifier': relation.identifier ~ '__dbt_tmp_vw'}, type='view') -%}
{%- set listed = namespace(columns='', selected='*') -%}
{%- if config.get('contract').enforced -%}
    {%- set quoted = [] -%}
    {%- for name in model.columns -%} {%- do quoted.append('[' ~ name | replace(']', ']]') ~ ']') -%} {%- endfor -%}
    {%- set listed.selected = quoted | join(', ') -%}
    {%- set listed.columns = '(' ~ listed.selected ~ ')' -%}
{%- endif -%}
{%- call statement('view_of_it', auto_begin=False) -%} {{ get_create_view_as_sql(source, sql) }} {%- endcall -%}
{%- call statement('table_beside', auto_begin=False) -%}
{{ get_use_database_sql(relation.database) }}
drop table if exists {{ relation }};
{%- if config.get('contract').enforced %}
create table {{ relation }}
{{ get_assert_columns_equivalent(sql) }}
{{ build_columns_constraints(relation) }}
{%- else %}
select top 0 * into {{ relation }} from {{ source }} union all select top 0 * from {{ source }}
{%- endif -%}
{%- endcall -%}
{%- call statement('main', auto_begin=False) -%}
insert into {{ relation }} with (tablock) {{ listed.columns }}
select {{ listed.selected }} from {{ source }} {{ get_query_options(parse_options=True) }}
{%- endcall -%}
{%- call statement('no_view_of_it', auto_begin=False) -%}
{{ get_use_database_sql(relation.database) }}
drop view if exists {{ source.include(database=False) }}
{%- endcall -%}
{% endmacro %}

{#- The renames, in a transaction that waits for a lock for two seconds only. Who asks for the table while we wait waits
    behind us; so we step back, let the others read, and begin anew, for some minutes. In dynamic SQL, since what it sets
    ends with it.

    Args: standing, the relation there or none; away, its name afterwards; beside, the new table; target_relation. -#}
{% macro put_in_place(standing, away, beside, target_relation) %}
{%- set statements -%}
set xact_abort on;
set lock_timeout 2000;
declare @attempt int = 1;
while @attempt > 0
begin
    begin try
        begin transaction;
        {%- if standing is not none %}
        exec sp_rename {{ text_literal(name_in_brackets(standing)) }}, {{ text_literal(away.identifier) }}, N'OBJECT';
        {%- endif %}
        exec sp_rename {{ text_literal(name_in_brackets(beside)) }}, {{ text_literal(target_relation.identifier) }}, N'OBJECT';
        commit transaction;
        set @attempt = 0;
    end try
    begin catch
        if @@trancount > 0 rollback transaction;
        if error_number() not in (1205, 1222) or @attempt >= 60 throw;
        set @attempt = @attempt + 1;
        waitfor delay '00:00:03';
    end catch
end
{%- endset -%}
{{ get_use_database_sql(target_relation.database) }}
exec({{ text_literal(statements) }})
{% endmacro %}

{#- A name as sp_rename wants it. Args: relation. -#}
{% macro name_in_brackets(relation) -%}
{{ return('[' ~ relation.schema | replace(']', ']]') ~ '].[' ~ relation.identifier | replace(']', ']]') ~ ']') }}
{%- endmacro %}
