"""Who uses a table: what is asked of the server, each question by itself, for not all may be allowed. Pure.

Every question has the table's name (``?``) or a pattern of it, and gives kind, name and text.
"""

from __future__ import annotations

#: Label of what is looked at, the question, and whether its parameter is a pattern for LIKE rather than the name.
QUESTIONS: tuple[tuple[str, str, bool], ...] = (
    (
        "views, procedures, functions and triggers",
        "select o.type_desc, schema_name(o.schema_id) + N'.' + o.name, left(m.definition, 4000) "
        "from sys.sql_modules as m inner join sys.objects as o on o.object_id = m.object_id "
        "where m.definition like ? escape N'!'",
        True,
    ),
    (
        "dependencies (sys.sql_expression_dependencies)",
        "select o.type_desc, schema_name(o.schema_id) + N'.' + o.name, d.referenced_entity_name "
        "from sys.sql_expression_dependencies as d inner join sys.objects as o on o.object_id = d.referencing_id "
        "where lower(d.referenced_entity_name) = lower(?)",
        False,
    ),
    (
        "foreign keys",
        "select N'FOREIGN_KEY', object_name(f.parent_object_id), f.name from sys.foreign_keys as f "
        "where lower(object_name(f.referenced_object_id)) = lower(?) "
        "and f.parent_object_id <> f.referenced_object_id",
        False,
    ),
    (
        "synonyms",
        "select N'SYNONYM', s.name, s.base_object_name from sys.synonyms as s "
        "where s.base_object_name like ? escape N'!'",
        True,
    ),
    (
        "SQL Agent jobs",
        "select N'JOB', j.name, left(s.command, 4000) from msdb.dbo.sysjobsteps as s "
        "inner join msdb.dbo.sysjobs as j on j.job_id = s.job_id where s.command like ? escape N'!'",
        True,
    ),
    (
        "Query Store",
        "select N'QUERY', convert(nvarchar(40), max(q.last_execution_time), 126), left(t.query_sql_text, 4000) "
        "from sys.query_store_query_text as t inner join sys.query_store_query as q "
        "on q.query_text_id = t.query_text_id where t.query_sql_text like ? escape N'!' "
        "and q.last_execution_time > dateadd(day, -30, sysutcdatetime()) group by left(t.query_sql_text, 4000)",
        True,
    ),
    (
        "index usage",
        "select N'READS', convert(nvarchar(40), max(coalesce(u.last_user_seek, u.last_user_scan, u.last_user_lookup)), "
        "126), object_name(u.object_id) from sys.dm_db_index_usage_stats as u where u.database_id = db_id() "
        "and lower(object_name(u.object_id)) = lower(?) and coalesce(u.last_user_seek, u.last_user_scan, "
        "u.last_user_lookup) > dateadd(day, -1, sysutcdatetime()) group by object_name(u.object_id)",
        False,
    ),
)


def pattern(name: str) -> str:
    """For LIKE with the escape sign ``!``: anything that contains the name."""
    escaped = "".join(f"!{sign}" if sign in "!%_[" else sign for sign in name)
    return f"%{escaped}%"
