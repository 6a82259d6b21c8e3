{#- dbt's own macro for `dbt source freshness`, told that a workbook may never have been landed.

    Then there is no table to ask. A warning names it, and without a time of landing dbt finds it as old as can be: what
    never came is not fresh. The others are checked.
    Args: those of dbt. -#}
{% macro collect_freshness(source, loaded_at_field, filter) %}
{%- if load_relation(source) is not none -%}
    {{ return(adapter.dispatch('collect_freshness', 'dbt')(source, loaded_at_field, filter)) }}
{%- endif -%}
{%- do exceptions.warn(source.identifier ~ " has never been landed, so it is not fresh.") -%}
{%- call statement('collect_freshness', fetch_result=True, auto_begin=False) -%}
select cast(null as {{ type_moment() }}) as max_loaded_at, {{ current_timestamp() }} as snapshotted_at
{%- endcall -%}
{{ return(load_result('collect_freshness')) }}
{% endmacro %}
