{#- The type of a point in time, UTC without a zone, microseconds. -#}
{% macro type_moment() %}{{ return(adapter.dispatch('type_moment')()) }}{% endmacro %}

{% macro default__type_moment() %}timestamp{% endmacro %}

{% macro sqlserver__type_moment() %}datetime2(6){% endmacro %}
