{#- The filled size cells of a row as one JSON text: [{"code": header, "qty": text, "position": place in the sheet}].

    NULL when no size cell holds anything. Sizes travel as rows, not as columns, so a new one needs no new schema.
    Args: sizes, a list of {'header', 'position', 'sql' (the cell)}. -#}
{% macro size_cells(sizes) %}
{%- if not sizes -%} cast(null as {{ type_text() }}) {%- else -%} {{ return(adapter.dispatch('size_cells')(sizes)) }} {%- endif -%}
{% endmacro %}

{% macro default__size_cells(sizes) -%}
cast(to_json(nullif(list_filter([
    {%- for size in sizes %}
    {'code': '{{ size.header | replace("'", "''") }}', 'qty': {{ size.sql }}, 'position': {{ size.position }}}{{ ',' if not loop.last }}
    {%- endfor %}
], lambda cell: trim(cell.qty) <> ''), [])) as varchar)
{%- endmacro %}

{% macro sqlserver__size_cells(sizes) -%}
(
    select cell.code, cell.qty, cell.position
    from (values
        {%- for size in sizes %}
        (cast({{ text_literal(size.header) }} as nvarchar(128)), cast({{ size.sql }} as nvarchar(max)), {{ size.position }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as cell (code, qty, position)
    where trim(cell.qty) <> N''
    for json path
)
{%- endmacro %}
