{#- The adapter's own, in Unicode (as_unicode). Args: those of dbt. -#}
{% macro sqlserver__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) %}
{{- return(as_unicode(dbt.sqlserver__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit))) -}}
{% endmacro %}
