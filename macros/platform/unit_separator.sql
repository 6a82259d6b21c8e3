{#- The character U+001F, which no folded text contains; typed so that what is joined by it may have any length. -#}
{% macro unit_separator() %}{{ return(adapter.dispatch('unit_separator')()) }}{% endmacro %}

{% macro default__unit_separator() %}chr(31){% endmacro %}

{% macro sqlserver__unit_separator() %}cast(nchar(31) as nvarchar(max)){% endmacro %}
