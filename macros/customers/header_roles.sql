{#- What each header of a workbook is: decided here once, for the customer's view and for int_headers__judged alike.

    A header is, in this order: what the customer's file says (`columns`); a declared column, by its header or one of
    its spellings, without regard to case and blanks; a size, if it stands between the columns unit_of_measure and
    total_qty, whatever their headers are called; unknown. When two headers are the same column, the one spelled most like
    the declared header is it and the other is unknown.
    Args: headers, in the order of the sheet; columns, {header: column name, 'size' or 'ignore'}; meanings, those of
    header_meanings(), which are the same for every workbook.
    Returns a list of {'header', 'position', 'role' (column, size, ignored or unknown), 'column' (or none)}. -#}
{% macro header_roles(headers, columns, meanings) %}
{%- set overruled = {} -%}
{%- for header, meaning in columns.items() -%} {%- do overruled.update({folded_header(header): meaning}) -%} {%- endfor -%}
{%- set unseen = unseen_characters() -%}
{%- set folded = [] -%}
{%- set claims = {} -%}
{%- for header in headers -%}
    {#- folded_header(): a call of a macro is dear here -#}
    {%- set name = modules.re.sub(unseen, '', header).split() | join(' ') | upper -%}
    {%- do folded.append(name) -%}
    {%- if name in overruled -%}
        {%- do claims.setdefault(overruled[name], []).append([0, loop.index]) -%}
    {%- elif name in meanings -%}
        {%- set meaning = meanings[name] -%}
        {%- do claims.setdefault(meaning[0], []).append([meaning[2] + (0 if meaning[1] == header else 1), loop.index]) -%}
    {%- endif -%}
{%- endfor -%}
{%- set taken = {} -%}
{%- set places = {} -%}
{%- for column, rivals in claims.items() if column not in ['size', 'ignore'] -%}
    {%- set place = (rivals | sort | first)[1] -%}
    {%- do taken.update({place: column}) -%}
    {%- do places.update({column: place}) -%}
{%- endfor -%}
{%- set first = places.get('unit_of_measure', headers | length) -%}
{%- set last = places.get('total_qty', 0) -%}
{%- set roles = [] -%}
{%- for header in headers -%}
    {%- set name = folded[loop.index0] -%}
    {%- set meaning = overruled.get(name) -%}
    {%- if loop.index in taken -%} {%- set role = 'column' -%}
    {%- elif meaning == 'ignore' -%} {%- set role = 'ignored' -%}
    {%- elif meaning == 'size' or (meaning is none and name not in meanings and first < loop.index < last) -%} {%- set role = 'size' -%}
    {%- else -%} {%- set role = 'unknown' -%}
    {%- endif -%}
    {%- do roles.append({'header': header, 'position': loop.index, 'role': role, 'column': taken.get(loop.index)}) -%}
{%- endfor -%}
{{ return(roles) }}
{% endmacro %}

{#- What the declared headers and spellings mean: {folded: [column, as declared, 1 for a header and 3 for a spelling]}.

    Args: declared, the business_columns(). -#}
{% macro header_meanings(declared) %}
{%- set meanings = {} -%}
{%- for column in declared -%}
    {%- for spelling in column.spellings -%} {%- do meanings.update({spelling.split() | join(' ') | upper: [column.name, spelling, 3]}) -%} {%- endfor -%}
{%- endfor -%}
{%- for column in declared -%} {%- do meanings.update({column.header.split() | join(' ') | upper: [column.name, column.header, 1]}) -%} {%- endfor -%}
{{ return(meanings) }}
{% endmacro %}

{#- A header, or another text that a person typed, for comparison: in capitals, single blanks, nothing that is not seen. -#}
{% macro folded_header(text) %}
{{ return(modules.re.sub(unseen_characters(), '', text | string).split() | join(' ') | upper) }}
{% endmacro %}

{#- A pattern of the characters that nobody sees, the same that fold_blanks takes out of cells. -#}
{% macro unseen_characters() %}
{{ return('[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+') }}
{% endmacro %}
