{#- A condition: a word of the text begins with one of these. A word begins after anything that is no letter A to Z.

    Args: text, an SQL expression of text in capitals; beginnings, a list of texts in capitals. -#}
{% macro has_word_beginning(text, beginnings) %}{{ return(adapter.dispatch('has_word_beginning')(text, beginnings)) }}{% endmacro %}

{% macro default__has_word_beginning(text, beginnings) -%}
regexp_matches({{ text }}, '(^|[^A-Z])({{ beginnings | join("|") }})')
{%- endmacro %}

{% macro sqlserver__has_word_beginning(text, beginnings) -%}
(
                {%- for beginning in beginnings %}
                {{ 'or ' if not loop.first }}concat(N' ', {{ text }}) collate Latin1_General_100_BIN2 like N'%[^A-Z]{{ beginning }}%'
                {%- endfor %}
            )
{%- endmacro %}
