{#- What each header of each landed workbook was taken for. Compiled from the tables as they are now. -#}
{%- set rows = [] -%}
{%- if execute -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and 'customers' in node.fqn -%}
        {%- set source = graph.sources[node.depends_on.nodes | select('in', graph.sources) | first] -%}
        {%- set raw = api.Relation.create(database=source.database, schema=source.schema, identifier=source.identifier) -%}
        {%- for role in header_roles(raw_headers(raw), node.config.meta.columns or {}) -%}
            {%- do rows.append([source.identifier, role]) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endif -%}
with headers as (
    {%- for raw_table, role in rows %}
    select
        cast({{ text_literal(raw_table) }} as nvarchar(128)) as raw_table, {{ role.position }} as position,
        cast({{ text_literal(role.header) }} as nvarchar(128)) as header, '{{ role.role }}' as role,
        cast({{ "'" ~ role.column ~ "'" if role.column else 'null' }} as nvarchar(128)) as column_name
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as nvarchar(128)) as raw_table, cast(null as integer) as position, cast(null as nvarchar(128)) as header,
        cast(null as nvarchar(128)) as role, cast(null as nvarchar(128)) as column_name
    where 1 = 0
    {%- endfor %}
),

files as (
    select
        rows_in._raw_table as raw_table,
        max(rows_in._source_file) as _source_file,
        max(rows_in._source_sheet) as _source_sheet
    from {{ ref('order_list_rows') }} as rows_in
    group by rows_in._raw_table
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
