{#- What each header of a workbook is: decided here once, for the customer's view and for order_list_headers alike.

    A header is, in this order: what the customer's file says (`columns`); a declared column, by its header or one of
    its spellings, without regard to case; a size, if it stands between UNIT OF MEASURE and TOTAL QTY; unknown. When
    two headers are the same column, the one spelled most like the declared header is it and the other is unknown.
    Args: headers, in the order of the sheet; columns, {header: column name, 'size' or 'ignore'}; meanings, those of
    header_meanings(), which are the same for every workbook.
    Returns a list of {'header', 'position', 'role' (column, size, ignored or unknown), 'column' (or none)}. -#}
{% macro header_roles(headers, columns, meanings) %}
{%- set overruled = {} -%}
{%- for header, meaning in columns.items() -%} {%- do overruled.update({header | upper: meaning}) -%} {%- endfor -%}
{%- set claims = {} -%}
{%- for header in headers -%}
    {%- set meaning = meanings.get(header | upper) -%}
    {%- if (header | upper) in overruled -%}
        {%- set claim = [0, loop.index, overruled[header | upper]] -%}
    {%- elif meaning -%}
        {%- set claim = [meaning[2] + (0 if meaning[1] == header else 1), loop.index, meaning[0]] -%}
    {%- else -%}
        {%- set claim = none -%}
    {%- endif -%}
    {%- if claim -%} {%- do claims.setdefault(claim[2], []).append(claim) -%} {%- endif -%}
{%- endfor -%}
{%- set taken = {} -%}
{%- for column, rivals in claims.items() if column not in ['size', 'ignore'] -%}
    {%- do taken.update({(rivals | sort | first)[1]: column}) -%}
{%- endfor -%}
{%- set folded = headers | map('upper') | list -%}
{%- set first = folded.index(first_size_follows()) + 1 if first_size_follows() in folded else headers | length -%}
{%- set last = folded.index(last_size_precedes()) + 1 if last_size_precedes() in folded else 0 -%}
{%- set roles = [] -%}
{%- for header in headers -%}
    {%- set meaning = overruled.get(header | upper) -%}
    {%- set known = (header | upper) in meanings or meaning is not none -%}
    {%- if loop.index in taken -%} {%- set role = 'column' -%}
    {%- elif meaning == 'ignore' -%} {%- set role = 'ignored' -%}
    {%- elif meaning == 'size' or (not known and first < loop.index < last) -%} {%- set role = 'size' -%}
    {%- else -%} {%- set role = 'unknown' -%}
    {%- endif -%}
    {%- do roles.append({'header': header, 'position': loop.index, 'role': role, 'column': taken.get(loop.index)}) -%}
{%- endfor -%}
{{ return(roles) }}
{% endmacro %}

{#- What the declared headers and spellings mean: {in capitals: [column, as declared, 1 for a header and 3 for a spelling]}.

    Args: declared, the business_columns(). -#}
{% macro header_meanings(declared) %}
{%- set meanings = {} -%}
{%- for column in declared -%}
    {%- for spelling in column.spellings -%} {%- do meanings.update({spelling | upper: [column.name, spelling, 3]}) -%} {%- endfor -%}
{%- endfor -%}
{%- for column in declared -%} {%- do meanings.update({column.header | upper: [column.name, column.header, 1]}) -%} {%- endfor -%}
{{ return(meanings) }}
{% endmacro %}

{#- The header that the sizes follow, and the one they precede, in capitals. -#}
{% macro first_size_follows() %}{{ return('UNIT OF MEASURE') }}{% endmacro %}

{% macro last_size_precedes() %}{{ return('TOTAL QTY') }}{% endmacro %}
