{#- What each header of each landed workbook was taken for. Compiled from the tables as they are now. -#}
{%- set books = {} -%}
{%- set declared = business_columns() -%}
{%- set meanings = header_meanings(declared) -%}
{%- for node in customer_models() if customer_source(node) -%}
    {%- set source = customer_source(node) -%}
    {%- set raw = api.Relation.create(database=source.database, schema=source.schema, identifier=source.identifier) -%}
    {%- set roles = header_roles(raw_headers(raw, declared), customer_settings(node).columns, meanings) -%}
    {%- do books.update({source.identifier: roles}) if roles -%}
{%- endfor -%}
{%- for raw_table, roles in books.items() %}
    select
        cast({{ text_literal(raw_table) }} as nvarchar(128)) as raw_table,
        listed.position,
        cast(listed.header as nvarchar(128)) as header,
        listed.role,
        cast(listed.column_name as nvarchar(128)) as column_name
    from (
        values
        {%- for role in roles %}
            (
                {{ role.position }}, {{ text_literal(role.header) }}, '{{ role.role }}',
                {{ "'" ~ role.column ~ "'" if role.column else 'null' }}
            )
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
