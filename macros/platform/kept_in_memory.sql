{#- Said of a CTE (`with x as {{ kept_in_memory() }} (...)`): it is worked out whole before what follows starts.

    DuckDB runs what follows a union once for each of its branches, and prepares every pattern anew each time; of 46
    branches that is a quarter of the work. SQL Server has no such word and no such need. -#}
{% macro kept_in_memory() %}{{ return(adapter.dispatch('kept_in_memory')()) }}{% endmacro %}

{% macro default__kept_in_memory() %}materialized{% endmacro %}

{% macro sqlserver__kept_in_memory() %}{% endmacro %}
