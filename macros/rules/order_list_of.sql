{#- A customer's workbook under the canonical column names: all a customer's model needs to say.

    Every canonical column is there, as text and as typed; those the workbook lacks are NULL. What is special about a
    customer stands in its own file, as `config(meta={...})` before this call:
        columns      {header: canonical column, 'size' or 'ignore'} overrules what a header means,
        expressions  {canonical column: SQL over the raw columns} computes a column instead of copying it.
    Args: raw, the source. -#}
{% macro order_list_of(raw) %}
{%- set special = model.config.meta or {} -%}
{%- set declared = business_columns() -%}
{%- set roles = header_roles(raw_headers(raw, declared), special.get('columns') or {}, header_meanings(declared)) -%}
{%- set headers = {} -%}
{%- for role in roles if role.role == 'column' -%} {%- do headers.update({role.column: role.header}) -%} {%- endfor -%}
{%- set expressions = special.get('expressions') or {} -%}
{%- do check_special(special, declared | map(attribute='name') | list) if execute -%}
select
    {%- for column in declared %}
    {% if column.name in expressions and roles -%}
    cast({{ expressions[column.name] }} as {{ type_text() }}) as {{ identifier(column.name) }},
    {%- elif column.name in headers -%}
    {{ identifier(headers[column.name]) }} as {{ identifier(column.name) }},
    {%- else -%}
    cast(null as {{ type_text() }}) as {{ identifier(column.name) }},
    {%- endif -%}
    {%- endfor %}
    {{ size_cells(roles | selectattr('role', 'eq', 'size') | list) }} as sizes,
    cast({{ text_literal(raw.identifier) }} as nvarchar(128)) as _raw_table,
    {%- if roles or not execute %}
    _source_file,
    _source_sheet,
    _source_row,
    _extracted_at,
    _load_id
from {{ raw }}
    {%- else %}
    cast(null as {{ type_text() }}) as _source_file,
    cast(null as {{ type_text() }}) as _source_sheet,
    cast(null as integer) as _source_row,
    cast(null as {{ type_moment() }}) as _extracted_at,
    cast(null as {{ type_text() }}) as _load_id
where 1 = 0
    {%- endif %}
{% endmacro %}

{#- Stop with a sentence when a customer's file names a column that is not declared. -#}
{% macro check_special(special, declared) %}
{%- set named = (special.get('expressions') or {}).keys() | list + (special.get('columns') or {}).values() | reject('in', ['size', 'ignore']) | list -%}
{%- set strange = named | reject('in', declared) | list -%}
{%- if strange -%}
    {{ exceptions.raise_compiler_error(model.path ~ ": ORDER_LIST has no column " ~ strange | join(', ') ~ ". Columns are declared in macros/columns/order_list_columns.sql.") }}
{%- endif -%}
{% endmacro %}
