{#- The form in which two spellings of a name are compared: blanks folded, in capitals, one kind of apostrophe.

    Both sides of the join with the customer list take it, and so does the test that no spelling means two customers.
    Args: text, an SQL expression. -#}
{% macro name_key(text) -%}
upper(replace({{ fold_blanks(text) }}, {{ text_literal('’') }}, ''''))
{%- endmacro %}
