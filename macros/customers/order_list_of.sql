{#- A customer's workbook under the canonical column names: all a customer's model needs to say.

    Every canonical column is there, as text; those the workbook lacks are NULL. Cells are as typed but for what the
    customer's YAML file says in words (see customer_words): there a cell's text is rewritten, over folded text, to what
    it means, and stays as typed when it cannot be read that way.
    Args: raw, the source. -#}
{% macro order_list_of(raw) %}
{%- set declared = business_columns() -%}
{%- set settings = customer_settings(model) if execute else customer_defaults() -%}
{%- set found = [] if settings.paused else raw_headers(raw, declared) -%}
{%- do check_customer_headers(model, settings, found) if found and flags.INTROSPECT -%}
{%- set roles = header_roles(found, settings.columns, header_meanings(declared)) if found else [] -%}
{%- set says = settings.order_types or settings.dates or settings.numbers -%} {#- calls of macros are dear, and most say nothing -#}
{%- set text = type_text() -%}
{%- set headers = {} -%}
{%- for role in roles if role.role == 'column' -%} {%- do headers.update({role.column: role.header}) -%} {%- endfor -%}
{%- set sizes = [] -%}
{%- for role in roles if role.role == 'size' -%}
    {%- do sizes.append({'header': role.header, 'position': role.position, 'sql': said_text({'kind': 'whole'}, identifier(role.header), settings) if says else '"' ~ role.header | replace('"', '""') ~ '"'}) -%}
{%- endfor -%}
select
    {%- for column in declared %}
    {% if column.name in settings.expressions and roles -%}
    cast({{ said_text(column, expression_over(settings.expressions[column.name], found), settings) }} as {{ type_text() }}) as "{{ column.name }}",
    {%- elif column.name in headers -%}
    {{ said_text(column, identifier(headers[column.name]), settings) if says else '"' ~ headers[column.name] | replace('"', '""') ~ '"' }} as "{{ column.name }}",
    {%- else -%}
    cast(null as {{ text }}) as "{{ column.name }}",
    {%- endif -%}
    {%- endfor %}
    {{ size_cells(sizes) }} as sizes,
    cast({{ text_literal(raw.identifier) }} as nvarchar(128)) as _raw_table,
    {%- if roles or not execute %}
    _source_file,
    _source_sheet,
    _source_row,
    _extracted_at,
    _load_id
from {{ raw }}
    {%- else %}
    {#- sized as the loader's: a union takes the widest type, and of one that may be any length no join or window is cheap #}
    cast(null as nvarchar(400)) as _source_file,
    cast(null as nvarchar(128)) as _source_sheet,
    cast(null as integer) as _source_row,
    cast(null as {{ type_moment() }}) as _extracted_at,
    cast(null as nvarchar(64)) as _load_id
where 1 = 0
    {%- endif %}
{% endmacro %}

{#- A cell's text as the customer's words would have it typed.

    Args: column, one of business_columns(); text, the cell as an SQL expression; settings, the customer_settings(). -#}
{% macro said_text(column, text, settings) -%}
{%- if column.name == 'order_type' and settings.order_types -%}
case upper({{ fold_blanks(text) }})
        {%- for typed, meant in settings.order_types.items() %}
        when {{ text_literal(typed) }} then {{ text_literal(meant) }}
        {%- endfor %}
        else {{ text }}
    end
{%- elif column.kind == 'date' and settings.dates -%}
{{ date_text_in_order(text, fold_blanks(text), settings.dates == 'day_first') }}
{%- elif column.kind in ['decimal', 'whole'] and settings.numbers -%}
{{ number_text_in_ways(text, fold_blanks(text), settings.numbers) }}
{%- else -%}
{{ text }}
{%- endif -%}
{%- endmacro %}

{#- A customer's SQL with each header in it ("IN DOUBLE QUOTES") as the folded text of the cell.

    Args: sql; headers of the workbook. -#}
{% macro expression_over(sql, headers) %}
{%- set here = {} -%}
{%- for header in headers -%} {%- do here.update({folded_header(header): header}) -%} {%- endfor -%}
{%- set parts = [] -%}
{%- for piece in modules.re.split('("(?:[^"]|"")+")', sql) -%}
    {%- set header = here.get(folded_header(piece[1:-1].replace('""', '"'))) if piece[:1] == '"' else none -%}
    {%- do parts.append(fold_blanks(identifier(header)) if header else piece) -%}
{%- endfor -%}
{{ return(parts | join('')) }}
{% endmacro %}
