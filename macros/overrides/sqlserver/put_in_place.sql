{#- The renames, in a transaction that waits for a lock for two seconds only. Who asks for the table while we wait waits
    behind us; so we step back, let the others read, and begin anew, for some minutes. In dynamic SQL, since what it sets
    ends with it.

    Args: standing, the relation there or none; away, its name afterwards; beside, the new table; target_relation. -#}
{% macro put_in_place(standing, away, beside, target_relation) %}
{%- set statements -%}
set xact_abort on;
set lock_timeout 2000;
declare @attempt int = 1;
while @attempt > 0
begin
    begin try
        begin transaction;
        {%- if standing is not none %}
        exec sp_rename {{ text_literal(name_in_brackets(standing)) }}, {{ text_literal(away.identifier) }}, N'OBJECT';
        {%- endif %}
        exec sp_rename {{ text_literal(name_in_brackets(beside)) }}, {{ text_literal(target_relation.identifier) }}, N'OBJECT';
        commit transaction;
        set @attempt = 0;
    end try
    begin catch
        if @@trancount > 0 rollback transaction;
        if error_number() not in (1205, 1222) or @attempt >= 60 throw;
        set @attempt = @attempt + 1;
        waitfor delay '00:00:03';
    end catch
end
{%- endset -%}
{{ get_use_database_sql(target_relation.database) }}
exec({{ text_literal(statements) }})
{% endmacro %}

{#- A name as sp_rename wants it. Args: relation. -#}
{% macro name_in_brackets(relation) -%}
{{ return('[' ~ relation.schema | replace(']', ']]') ~ '].[' ~ relation.identifier | replace(']', ']]') ~ ']') }}
{%- endmacro %}
