{#- Babelfish has no OPTION (LABEL = ...). -#}
{% macro get_query_options(parse_options=False) %}{{ return('') }}{% endmacro %}

{#- It has no CREATE OR ALTER VIEW. -#}
{% macro sqlserver__create_view_as(relation, sql) -%}
    {{ get_use_database_sql(relation.database) }}
    {% if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %}
    {% set name = relation.include(database=False) %}
    EXEC('DROP VIEW IF EXISTS {{ escape_single_quotes(name | string) }}');
    EXEC('CREATE VIEW {{ escape_single_quotes(name | string) }} AS {{ escape_single_quotes(sql) }}');
{% endmacro %}

{#- Its sp_rename wants to be told that it renames an object. -#}
{% macro sqlserver__rename_relation(from_relation, to_relation) -%}
  {% call statement('rename_relation') -%}
    {{ get_use_database_sql(from_relation.database) }}
    EXEC sp_rename '{{ from_relation.schema }}.{{ from_relation.identifier }}', '{{ to_relation.identifier }}', 'OBJECT'
  {%- endcall %}
{% endmacro %}

{#- The names of its indexes are unique within a schema, and a table that steps aside keeps its own: those are dropped first. -#}
{% macro sqlserver__create_indexes(relation) %}
  {%- for index in config.get('indexes', default=[]) %}
    {%- set name = adapter.parse_index(index).render(relation) %}
    {%- do run_query('drop index if exists [' ~ name ~ '] on ' ~ relation.include(database=False)) %}
    {%- do run_query(sqlserver__get_create_index_sql(relation, index)) %}
  {%- endfor %}
{% endmacro %}

{#- It has no sp_refreshview and compares what it describes loosely: every view is made anew. -#}
{% macro sqlserver__get_view_skip_check_sql(relation, compiled_sql) -%}
    select cast(null as nvarchar(10)) as definition, 0 as needs_refresh where 1 = 0
{%- endmacro %}

{#- Its sys.columns works out the columns of the whole database at each look, hands names over in code page 1252 ("∆" comes
    as "?"), and takes a computed decimal, which has no scale there, for one of 38 digits, all behind the point. So the columns are read
    from PostgreSQL, and such a decimal has the four places that our prices have. -#}
{% macro sqlserver__get_columns_in_relation(relation) -%}
    {% call statement('get_columns_in_relation', fetch_result=True) %}
        {{ get_use_database_sql(relation.database) }}
        declare @relation int = object_id('{{ 'tempdb..' ~ relation.identifier if '#' in relation.identifier else relation }}');
        select
            coalesce(cast(substring(o.original, 19, 128) as nvarchar(128)), cast(a.attname as nvarchar(128))) as column_name,
            case t.typname when 'int2' then 'smallint' when 'int4' then 'int' when 'int8' then 'bigint' when 'float8' then 'float'
                when 'numeric' then 'decimal' else cast(t.typname as nvarchar(128)) end as data_type,
            case when a.atttypmod > 4 then a.atttypmod - 4 else -1 end as character_maximum_length,
            case when a.atttypmod > 4 then (a.atttypmod - 4) / 65536 else 28 end as numeric_precision,
            case when a.atttypmod > 4 then (a.atttypmod - 4) % 65536 else 4 end as numeric_scale
        from pg_catalog.pg_attribute as a inner join pg_catalog.pg_type as t on a.atttypid = t.oid
        outer apply (
            select cast(named.listed as nvarchar(200)) as original from pg_catalog.unnest(a.attoptions) as named (listed)
            where cast(named.listed as nvarchar(200)) like 'bbf[_]original[_]name=%'
        ) as o
        where a.attrelid = cast(@relation as oid) and a.attnum > 0 and a.atttypid <> cast(0 as oid)
        order by a.attnum
    {% endcall %}
    {{ return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) }}
{%- endmacro %}

{#- A decimal without a scale hangs the client, and computed decimals have none there: unit tests compare texts, and
    what is a number with the same digits after the point. -#}
{% macro sqlserver__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
    {% set views = [] %}
    {{ get_use_database_sql(target.database) }}
    {% for side, sql in [('actual', main_sql), ('expected', expected_fixture_sql)] %}
        {% set view = '[' ~ target.schema ~ '].[' ~ side ~ '_' ~ local_md5(main_sql) ~ '_' ~ range(1300, 19000) | random ~ ']' %}
        EXEC('create view {{ view }} as {{ escape_single_quotes(sql) }};');
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
    EXEC('{{ escape_single_quotes(compared) }}');
    {% for _, view in views %}EXEC('drop view {{ view }};');{% endfor %}
{%- endmacro %}
