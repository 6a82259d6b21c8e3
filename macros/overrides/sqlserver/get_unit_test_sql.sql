{#- The adapter's own, in Unicode (as_unicode). Args: those of dbt. -#}
{% macro sqlserver__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) %}
{{- return(as_unicode(dbt.sqlserver__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names))) -}}
{% endmacro %}
