{#- An expression by customer, for a word that some customers' files say and for which the others have the default:

        {% call(season) by_customer('verdicts._raw_table', 'group_season') %} {{ group_name('orders', season) }} {% endcall %}

    The block is the expression for one value of the word. A row tells its customer by its workbook.
    Args: raw_table, the column that names the workbook; word, one of customer_words(). -#}
{% macro by_customer(raw_table, word) -%}
{%- set special = customers_that_say(word) -%}
{%- if not special -%}
{{ caller(customer_defaults()[word]) | trim }}
{%- else -%}
case {{ raw_table }}
        {%- for table, value in special.items() %}
        when {{ text_literal(table) }} then {{ caller(value) | trim }}
        {%- endfor %}
        else {{ caller(customer_defaults()[word]) | trim }}
    end
{%- endif -%}
{%- endmacro %}
