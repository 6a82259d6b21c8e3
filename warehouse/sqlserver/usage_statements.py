"""Who uses a table: what is asked of the server, each question by itself, for not all may be allowed. Pure.

Every question has the table's name (``?``) or a pattern of it, and gives kind, name and text. Texts come whole: a name
may stand anywhere in them.
"""

from __future__ import annotations

from warehouse.sqlserver.statements import OURS

#: Label of what is looked at, the question, and whether its parameter is a pattern for LIKE rather than the name.
QUESTIONS: tuple[tuple[str, str, bool], ...] = (
    (
        "views, procedures, functions and triggers",
        "select o.type_desc, schema_name(o.schema_id) + N'.' + o.name, m.[definition] "
        "from sys.sql_modules as m inner join sys.objects as o on o.object_id = m.object_id "
        "where m.[definition] like ? escape N'!'",
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
        "select N'JOB', j.name, s.command from msdb.dbo.sysjobsteps as s "
        "inner join msdb.dbo.sysjobs as j on j.job_id = s.job_id where s.command like ? escape N'!'",
        True,
    ),
    (
        "Query Store",
        # what our own programs read, as for a backup, is nobody's use
        "select N'QUERY', convert(nvarchar(40), q.last_run, 126), t.query_sql_text "  # noqa: S608 - our own words
        "from sys.query_store_query_text as t inner join (select query_text_id, max(last_execution_time) as last_run "
        "from sys.query_store_query group by query_text_id) as q on q.query_text_id = t.query_text_id "
        f"where t.query_sql_text not like N'%{OURS}%' and q.last_run > dateadd(day, -30, sysutcdatetime()) "
        "and t.query_sql_text like ? escape N'!'",
        True,
    ),
    (
        "index usage",
        # by the server's own clock; who reads is not kept, so our own backups and audits count as well
        "select N'READS', convert(nvarchar(19), max(r.read_at), 126) + N' by the server''s clock (an audit, or a "
        "backup of everything, reads it too)', object_name(u.object_id) from sys.dm_db_index_usage_stats as u "
        "cross apply (values (u.last_user_seek), (u.last_user_scan), (u.last_user_lookup)) as r (read_at) "
        "where u.database_id = db_id() and lower(object_name(u.object_id)) = lower(?) "
        "and r.read_at > dateadd(day, -1, sysdatetime()) group by object_name(u.object_id)",
        False,
    ),
)

#: What a login may not see the catalog leaves out without a word: modules and keys of other schemas, rights of others.
SEES_ALL = (
    "select has_perms_by_name(quotename(db_name()), N'DATABASE', N'VIEW DEFINITION'), "
    "has_perms_by_name(quotename(db_name()), N'DATABASE', N'CONTROL')"
)


def pattern(name: str) -> str:
    """For LIKE with the escape sign ``!``: anything that contains the name."""
    escaped = "".join(f"!{sign}" if sign in "!%_[" else sign for sign in name)
    return f"%{escaped}%"
