{#- A condition: there is no value, or the text only says that there is none yet: TBC, n/a, To be confirmed, a dash, 0, the
    error of a formula.

    Args: text, an SQL expression of folded text. -#}
{% macro is_placeholder(text) -%}
{%- set signs = "-–—_.,:;/\\?!*#~()[]'" ~ '"' -%}
{#- signs become blanks, and blanks go, in the text as in the words -#}
{%- set bare -%}
replace(translate(upper({{ text }}), {{ text_literal(signs) }}, '{{ ' ' * signs | length }}'), ' ', '')
{%- endset -%}
(
            {{ text }} is null
            or {{ byte_length("replace(" ~ bare ~ ", '0', '')") }} = 0
            or {{ bare }} in ('{{ placeholder_words() | join("', '") | replace(' ', '') }}')
            or {{ is_excel_error(text) }}
        )
{%- endmacro %}

{#- What people write where a number is still to come; blanks and signs in them do not count. A word more is added here. -#}
{% macro placeholder_words() %}
{{ return([
    'NA', 'NONE', 'NIL', 'NULL', 'BLANK', 'EMPTY', 'UNKNOWN', 'NOT AVAILABLE', 'NOT APPLICABLE', 'NO NUMBER', 'NO NUMBER YET',
    'TBC', 'TBA', 'TBD', 'TBN', 'TO BE CONFIRMED', 'TO BE ADVISED', 'TO BE ANNOUNCED', 'TO BE DETERMINED', 'TO BE DEFINED',
    'TO FOLLOW', 'PENDING', 'AWAITING', 'NOT YET', 'X', 'XX', 'XXX',
]) }}
{% endmacro %}
