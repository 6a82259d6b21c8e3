{#- The adapter's own, in Unicode (as_unicode). Args: those of dbt. -#}
{% macro sqlserver__create_table_as(temporary, relation, sql) %}
{{- return(as_unicode(dbt.sqlserver__create_table_as(temporary, relation, sql))) -}}
{% endmacro %}
