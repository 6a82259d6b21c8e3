{#- The adapter's own, in Unicode (as_unicode). Args: those of dbt. -#}
{% macro sqlserver__create_view_as(relation, sql) %}{{ return(as_unicode(dbt.sqlserver__create_view_as(relation, sql))) }}{% endmacro %}
