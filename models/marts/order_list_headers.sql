{#- What each header of each landed workbook was taken for. Compiled from the tables as they are now. -#}
{%- set books = {} -%}
{%- if execute -%}
    {%- set declared = business_columns() -%}
    {%- set meanings = header_meanings(declared) -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and 'customers' in node.fqn -%}
        {%- set source = graph.sources[node.depends_on.nodes | select('in', graph.sources) | first] -%}
        {%- set raw = api.Relation.create(database=source.database, schema=source.schema, identifier=source.identifier) -%}
        {%- set roles = header_roles(raw_headers(raw, declared), node.config.meta.columns or {}, meanings) -%}
        {%- do books.update({source.identifier: roles}) if roles -%}
    {%- endfor -%}
{%- endif -%}
with headers as (
    {%- for raw_table, roles in books.items() %}
    select
        cast({{ text_literal(raw_table) }} as nvarchar(128)) as raw_table,
        listed.position,
        cast(listed.header as nvarchar(128)) as header,
        listed.role,
        cast(listed.column_name as nvarchar(128)) as column_name
    from (values
        {%- for role in roles %}
        ({{ role.position }}, {{ text_literal(role.header) }}, '{{ role.role }}', {{ "'" ~ role.column ~ "'" if role.column else 'null' }})
        {{- ',' if not loop.last }}
        {%- endfor %}
    ) as listed (position, header, role, column_name)
    union all
    {%- endfor %}
    select
        cast(null as nvarchar(128)) as raw_table,
        cast(null as integer) as position,
        cast(null as nvarchar(128)) as header,
        cast(null as nvarchar(128)) as role,
        cast(null as nvarchar(128)) as column_name
    where 1 = 0
),

files as (
    select
        verdicts._raw_table as raw_table,
        max(verdicts._source_file) as _source_file,
        max(verdicts._source_sheet) as _source_sheet
    from {{ ref('int_orders__judged') }} as verdicts
    group by verdicts._raw_table
)

select
    headers.raw_table,
    files._source_file,
    files._source_sheet,
    headers.position,
    headers.header,
    headers.role,
    headers.column_name
from headers
left join files on headers.raw_table = files.raw_table
