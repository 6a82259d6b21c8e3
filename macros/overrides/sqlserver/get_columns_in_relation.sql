{#- The columns of a table or view: the adapter's own, with the name in Unicode, since landed tables are named after files.

    Args: relation. -#}
{% macro sqlserver__get_columns_in_relation(relation) -%}
{%- set name = 'tempdb..' ~ relation.include(database=false, schema=false) if '#' in relation.identifier else relation | string -%}
{%- call statement('get_columns_in_relation', fetch_result=True) -%}
{{ get_use_database_sql(relation.database) }}
select
    c.name collate database_default as column_name,
    t.name as data_type,
    case
        when t.name in (N'nchar', N'nvarchar', N'sysname') and c.max_length <> -1 then c.max_length / 2
        else c.max_length
    end as character_maximum_length,
    c.precision as numeric_precision,
    c.scale as numeric_scale
from sys.columns as c
inner join sys.types as t
    on c.user_type_id = t.user_type_id
where c.object_id = object_id({{ text_literal(name) }})
order by c.column_id
{%- endcall -%}
{{ return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) }}
{%- endmacro %}
