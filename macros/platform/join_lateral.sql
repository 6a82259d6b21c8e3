{#- The words that join to each row the rows made from its own columns:

        {{ join_lateral() }} (values (t.a), (t.b)) as cell (value)

    DuckDB sees by itself that such rows hang on those before them. -#}
{% macro join_lateral() %}{{ return(adapter.dispatch('join_lateral')()) }}{% endmacro %}

{% macro default__join_lateral() %}cross join{% endmacro %}

{% macro sqlserver__join_lateral() %}cross apply{% endmacro %}
