{#- A decimal without a scale hangs the client, and computed decimals have none there: unit tests compare texts, and
    what is a number with the same digits after the point. -#}
{% macro sqlserver__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
    {% set views = [] %}
    {{ get_use_database_sql(target.database) }}
    {% for side, sql in [('actual', main_sql), ('expected', expected_fixture_sql)] %}
        {% set view = '[' ~ target.schema ~ '].[' ~ side ~ '_' ~ local_md5(main_sql) ~ '_' ~ range(1300, 19000) | random ~ ']' %}
        EXEC(N'create view {{ view }} as {{ escape_single_quotes(sql) }};');
        {% do views.append([side, view]) %}
    {% endfor %}
    {% set compared %}
        {% for side, view in views %}
        select
            {% for name in expected_column_names %}
            {%- set as_text = 'cast(' ~ name ~ ' as nvarchar(max))' %}
            coalesce(cast(try_cast({{ as_text }} as decimal(28, 8)) as nvarchar(max)), {{ as_text }}) as {{ name }},
            {%- endfor %}
            '{{ side }}' as "actual_or_expected"
        from {{ view }}
        {{ 'union all' if not loop.last }}
        {% endfor %}
    {% endset %}
    EXEC(N'{{ escape_single_quotes(compared) }}');
    {% for _, view in views %}EXEC(N'drop view {{ view }};');{% endfor %}
{%- endmacro %}
