{#- The group an order lies in on the board: customer and season; `check` when no season is known.

    Args: rows, alias of the orders; first, the season that counts when both are there. -#}
{% macro group_name(rows, first) -%}
{%- set second = 'aag_season' if first == 'customer_season' else 'customer_season' -%}
{%- set season -%} coalesce({{ rows }}.{{ first }}, {{ rows }}.{{ second }}) {%- endset -%}
{%- set name -%} concat({{ rows }}.customer_name, ' ', {{ season }}) {%- endset -%}
case when {{ season }} is null then 'check' else {{ left_characters(name, 255) }} end
{%- endmacro %}

{#- The name of an order's item: its parts joined by a blank, those that are empty left out.

    Args: rows, alias of the orders; parts, a list of "column" or "column or column" (the first that is there). -#}
{% macro item_name(rows, parts) -%}
{%- set texts = [] -%}
{%- for part in parts -%}
    {%- set columns = [] -%}
    {%- for column in part.split(' or ') -%} {%- do columns.append(rows ~ '.' ~ identifier(column | trim)) -%} {%- endfor -%}
    {%- do texts.append('coalesce(' ~ columns | join(', ') ~ ')' if columns | length > 1 else columns[0]) -%}
{%- endfor -%}
{#- a single part still goes through concat_ws, which wants two -#}
{{ left_characters("concat_ws(' ', " ~ (texts if texts | length > 1 else texts + ['null']) | join(', ') ~ ')', 255) }}
{%- endmacro %}

{#- The columns that names on the board are made of, whichever customer's, as a list of SQL literals. -#}
{% macro board_name_columns() -%}
{%- set names = ['customer_season', 'aag_season'] -%}
{%- for parts in [customer_defaults().item_name] + customers_that_say('item_name').values() | list -%}
    {%- for part in parts -%} {%- do names.extend(part.split(' or ') | map('trim') | list) -%} {%- endfor -%}
{%- endfor -%}
'{{ names | unique | join("', '") }}'
{%- endmacro %}
