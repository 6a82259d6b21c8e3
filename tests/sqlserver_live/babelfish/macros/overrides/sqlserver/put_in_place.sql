{#- Babelfish cannot catch a lock timeout and has no WAITFOR: who has read the table for more than a second is waited for outside
    the queue, as the project's own does by stepping back. Then the renames, in a transaction. -#}
{% macro put_in_place(standing, away, beside, target_relation) %}
{%- set statements -%}
set xact_abort on;
declare @attempt int = 1;
{%- if standing is not none %}
while @attempt < 60 and exists (
    select 1 from pg_catalog.pg_locks as l inner join pg_catalog.pg_stat_activity as a on l.pid = a.pid
    where
        l.relation = cast(object_id({{ text_literal(name_in_brackets(standing)) }}) as oid)
        and pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - a.xact_start) > 1
)
    if exists (select 1 from pg_catalog.pg_sleep(3)) set @attempt = @attempt + 1;
{%- endif %}
begin transaction;
{%- if standing is not none %}
exec sp_rename {{ text_literal(name_in_brackets(standing)) }}, {{ text_literal(away.identifier) }}, N'OBJECT';
{%- endif %}
exec sp_rename {{ text_literal(name_in_brackets(beside)) }}, {{ text_literal(target_relation.identifier) }}, N'OBJECT';
commit transaction;
{%- endset -%}
{{ get_use_database_sql(target_relation.database) }}
exec({{ text_literal(statements) }})
{% endmacro %}

{% macro name_in_brackets(relation) -%}
{{ return('[' ~ relation.schema ~ '].[' ~ relation.identifier ~ ']') }}
{%- endmacro %}
