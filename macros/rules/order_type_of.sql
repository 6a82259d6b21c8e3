{#- The canonical order type: ACTIVE is RECEIVED, any spelling of cancelled is CANCELLED, others in capitals as typed.

    Args: text, an SQL expression; type, the column's type. -#}
{% macro order_type_of(text, type) -%}
case
            when upper({{ text }}) = 'ACTIVE' then 'RECEIVED'
            when {{ is_cancelled(text) }} then 'CANCELLED'
            else cast(upper({{ text }}) as {{ type }})
        end
{%- endmacro %}

{#- A condition: the text says that the order is cancelled.

    A word of it begins like cancelled, whatever stands around: CANCELLED - see mail, PO CANCELLED, (cancelled), CXL'D.
    The slips and short forms of the trade are listed. What says the opposite (NOT CANCELLED) stays as typed.
    Args: text, an SQL expression of folded text. -#}
{% macro is_cancelled(text) -%}
{%- set words = ['CANC', 'CANEL', 'CANSEL', 'CACEL', 'CENCEL', 'CANX', 'CNCL', 'CNCEL', 'CNX', 'CNL', 'CXL', 'CXD', 'CXX'] -%}
{%- set opposites = [] -%}
{%- for word in words -%} {%- do opposites.extend(['NOT ' ~ word, 'UN-' ~ word, 'UN ' ~ word]) -%} {%- endfor -%}
{{ has_word_beginning('upper(' ~ text ~ ')', words) }} and not {{ has_word_beginning('upper(' ~ text ~ ')', opposites) }}
{%- endmacro %}
