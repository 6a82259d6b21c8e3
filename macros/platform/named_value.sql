{#- The text "name=value", or NULL when the value is NULL.

    Args: name; value, an SQL expression of type text. -#}
{% macro named_value(name, value) %}{{ return(adapter.dispatch('named_value')(name, value)) }}{% endmacro %}

{% macro default__named_value(name, value) %}'{{ name }}=' || {{ value }}{% endmacro %}

{% macro sqlserver__named_value(name, value) %}N'{{ name }}=' + {{ value }}{% endmacro %}
