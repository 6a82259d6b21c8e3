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
