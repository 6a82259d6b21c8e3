{#- How a step is kept whose columns are used several times by one model after it, for its config.

    SQL Server puts the expressions of a view wherever their column is used and works them out each time, so there it is
    a table. DuckDB works out a view's columns once. -#}
{% macro materialized_between() %}{{ return(adapter.dispatch('materialized_between')()) }}{% endmacro %}

{% macro default__materialized_between() %}{{ return('view') }}{% endmacro %}

{% macro sqlserver__materialized_between() %}{{ return('table') }}{% endmacro %}
