{#- The type of text of any length, Unicode. -#}
{% macro type_text() %}{{ return(adapter.dispatch('type_text')()) }}{% endmacro %}

{% macro default__type_text() %}varchar{% endmacro %}

{% macro sqlserver__type_text() %}nvarchar(max){% endmacro %}
