{#- Drops a table or view.

    The adapter first looks in sys.sql_expression_dependencies for views on a view, to drop those too. That needs rights on
    the whole database (Msg 229 without), before every table build; and SQL Server drops a view whatever reads it.
    Args: relation. -#}
{% macro sqlserver__get_drop_sql(relation) -%}
{{ get_use_database_sql(relation.database) }}
drop {{ relation.type }} if exists {{ relation.include(database=False) }};
{%- endmacro %}
