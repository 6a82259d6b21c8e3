"""What the catalog and the views of the server's memory are asked for a whole schema, as T-SQL. Pure."""

from __future__ import annotations

_SCHEMA = "inner join sys.schemas as s on s.schema_id = o.schema_id"
_HERE = "lower(s.name) = lower(?)"

COLUMNS = f"""
select o.name, c.name, t.name, c.max_length, c.[precision], c.scale, c.is_nullable from sys.columns as c
inner join sys.objects as o on o.object_id = c.object_id {_SCHEMA}
inner join sys.types as t on t.user_type_id = c.user_type_id
where o.type in ('U', 'V') and {_HERE} order by o.name, c.column_id"""  # noqa: S608 - no value
RELATIONS = f"""
select o.name, case when o.type = 'V' then 'view' else 'table' end, cast(p.value as nvarchar(400))
from sys.objects as o {_SCHEMA} left join sys.extended_properties as p
    on p.class = 1 and p.major_id = o.object_id and p.minor_id = 0 and p.name = N'order_list'
where o.type in ('U', 'V') and {_HERE} order by o.name"""  # noqa: S608 - no value
SIZES = f"""
select o.name, sum(a.used_pages) * 8192 from sys.objects as o {_SCHEMA}
inner join sys.partitions as p on p.object_id = o.object_id
inner join sys.allocation_units as a on a.container_id = p.partition_id
where o.type = 'U' and {_HERE} group by o.name"""  # noqa: S608 - no value
INDEXES = f"""
select o.name, i.name, c.name, i.is_unique, case when i.is_primary_key = 1 or i.is_unique_constraint = 1
    then 1 else 0 end, i.is_disabled, i.index_id
from sys.indexes as i
inner join sys.objects as o on o.object_id = i.object_id {_SCHEMA}
inner join sys.index_columns as x on x.object_id = i.object_id and x.index_id = i.index_id and x.is_included_column = 0
inner join sys.columns as c on c.object_id = x.object_id and c.column_id = x.column_id
where o.type = 'U' and i.type > 0 and {_HERE}
order by o.name, i.index_id, x.key_ordinal, x.index_column_id"""  # noqa: S608 - no value
#: Since the server started; needs VIEW DATABASE STATE.
USAGE = f"""
select o.name, u.index_id, u.user_seeks + u.user_scans + u.user_lookups, u.user_updates,
    (select max(r.at) from (values (u.last_user_seek), (u.last_user_scan), (u.last_user_lookup)) as r (at)),
    u.last_user_update
from sys.dm_db_index_usage_stats as u
inner join sys.objects as o on o.object_id = u.object_id {_SCHEMA}
where u.database_id = db_id() and {_HERE}"""  # noqa: S608 - no value
#: The server's clock runs on its own time zone.
OFFSET = "select datediff(minute, sysutcdatetime(), sysdatetime())"
KEYS = f"""
select o.name, i.name, case when i.is_primary_key = 1 then 'primary key' else 'unique' end, c.name
from sys.indexes as i
inner join sys.objects as o on o.object_id = i.object_id {_SCHEMA}
inner join sys.index_columns as x on x.object_id = i.object_id and x.index_id = i.index_id
inner join sys.columns as c on c.object_id = x.object_id and c.column_id = x.column_id
where (i.is_primary_key = 1 or i.is_unique_constraint = 1) and {_HERE}
order by o.name, i.index_id, x.key_ordinal"""  # noqa: S608 - no value
CHECKS = f"""
select o.name, k.name, k.[definition], k.is_disabled, k.is_not_trusted from sys.check_constraints as k
inner join sys.objects as o on o.object_id = k.parent_object_id {_SCHEMA}
where {_HERE} order by o.name, k.name"""  # noqa: S608 - no value
REFERENCES = f"""
select o.name, f.name, c.name, r.name, f.is_disabled, f.is_not_trusted from sys.foreign_keys as f
inner join sys.objects as o on o.object_id = f.parent_object_id {_SCHEMA}
inner join sys.foreign_key_columns as x on x.constraint_object_id = f.object_id
inner join sys.columns as c on c.object_id = x.parent_object_id and c.column_id = x.parent_column_id
inner join sys.objects as r on r.object_id = f.referenced_object_id
where {_HERE} order by o.name, f.name, x.constraint_column_id"""  # noqa: S608 - no value
QUERY_STORE = "select actual_state_desc from sys.database_query_store_options"
#: Microseconds, as Query Store keeps them.
COSTLY = """
select t.query_sql_text, sum(r.count_executions), sum(r.avg_duration * r.count_executions), max(r.max_duration)
from sys.query_store_query_text as t
inner join sys.query_store_query as q on q.query_text_id = t.query_text_id
inner join sys.query_store_plan as p on p.query_id = q.query_id
inner join sys.query_store_runtime_stats as r on r.plan_id = p.plan_id
group by t.query_sql_text
order by sum(r.avg_duration * r.count_executions) desc
offset 0 rows fetch next ? rows only"""
