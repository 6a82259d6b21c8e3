{#- A statement that writes words on a table or view, where relation_marks finds them: a comment in DuckDB, an extended
    property in SQL Server. Both go with the relation when it is renamed, and are gone when it is replaced.

    Args: relation; kind, table or view; words. -#}
{% macro mark_statement(relation, kind, words) %}{{ return(adapter.dispatch('mark_statement')(relation, kind, words)) }}{% endmacro %}

{% macro default__mark_statement(relation, kind, words) -%}
comment on {{ kind }} {{ relation }} is {{ text_literal(words) }}
{%- endmacro %}

{% macro sqlserver__mark_statement(relation, kind, words) -%}
{%- set arguments -%}
@name = N'{{ mark_name() }}', @value = {{ text_literal(words) }},
    @level0type = N'SCHEMA', @level0name = {{ text_literal(relation.schema) }},
    @level1type = N'{{ kind | upper }}', @level1name = {{ text_literal(relation.identifier) }}
{%- endset -%}
{#- what says so already is left alone: to write it would wait for those who read the table -#}
{%- set there -%}
select 1
from sys.extended_properties
where class = 1 and minor_id = 0 and name = N'{{ mark_name() }}' and major_id = object_id({{ text_literal(relation | string) }})
{%- endset -%}
if not exists ({{ there }} and cast(value as nvarchar(400)) = {{ text_literal(words) }})
begin
    if exists ({{ there }})
    exec sys.sp_updateextendedproperty {{ arguments }}
    else
    exec sys.sp_addextendedproperty {{ arguments }}
end
{%- endmacro %}
