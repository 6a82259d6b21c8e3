{#- dbt's own macro for `dbt source freshness`, told that a workbook may never have been landed.

    Then there is no table to ask, and nothing in it that could be old: a warning names it, and the others are checked.
    Args: those of dbt. -#}
{% macro collect_freshness(source, loaded_at_field, filter) %}
{%- if load_relation(source) is not none -%}
    {{ return(adapter.dispatch('collect_freshness', 'dbt')(source, loaded_at_field, filter)) }}
{%- endif -%}
{%- do exceptions.warn(source.identifier ~ " has never been landed; its freshness is not checked.") -%}
{%- call statement('collect_freshness', fetch_result=True, auto_begin=False) -%}
select {{ current_timestamp() }} as max_loaded_at, {{ current_timestamp() }} as snapshotted_at
{%- endcall -%}
{{ return(load_result('collect_freshness')) }}
{% endmacro %}
