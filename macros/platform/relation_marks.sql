{#- A query for what stands in a schema: relation_name, kind (table or view), and mark, the words that mark_statement left
    on it (NULL where none are).

    Args: database and schema, their names. -#}
{% macro relation_marks(database, schema) %}{{ return(adapter.dispatch('relation_marks')(database, schema)) }}{% endmacro %}

{% macro default__relation_marks(database, schema) -%}
{%- set there = "lower(database_name) = lower(" ~ text_literal(database) ~ ") and lower(schema_name) = lower(" ~ text_literal(schema) ~ ")" -%}
select
    table_name as relation_name,
    'table' as kind,
    comment as mark
from duckdb_tables()
where {{ there }}
union all
select
    view_name as relation_name,
    'view' as kind,
    comment as mark
from duckdb_views()
where not internal and {{ there }}
{%- endmacro %}

{% macro sqlserver__relation_marks(database, schema) -%}
select
    o.name as relation_name,
    case when o.type = 'V' then 'view' else 'table' end as kind,
    cast(p.value as nvarchar(400)) as mark
from sys.objects as o
inner join sys.schemas as s
    on o.schema_id = s.schema_id
left join sys.extended_properties as p
    on o.object_id = p.major_id and p.class = 1 and p.minor_id = 0 and p.name = N'{{ mark_name() }}'
where o.type in ('U', 'V') and lower(s.name) = lower({{ text_literal(schema) }})
{%- endmacro %}

{#- What the mark is called where marks have names. -#}
{% macro mark_name() %}{{ return('order_list') }}{% endmacro %}
