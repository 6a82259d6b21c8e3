{#- It has no CREATE OR ALTER VIEW. -#}
{% macro sqlserver__create_view_as(relation, sql) -%}
    {{ get_use_database_sql(relation.database) }}
    {% if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %}
    {% set name = relation.include(database=False) %}
    EXEC(N'DROP VIEW IF EXISTS {{ escape_single_quotes(name | string) }}');
    EXEC(N'CREATE VIEW {{ escape_single_quotes(name | string) }} AS {{ escape_single_quotes(sql) }}');
{% endmacro %}
