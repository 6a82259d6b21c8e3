{#- The words that a customer's YAML file may say under `config: meta:`, each with its meaning; docs/customers.md shows each.

    Returns {word: meaning}. -#}
{% macro customer_words() %}
{{ return({
    'columns': "what a header of this workbook means: a column of ORDER_LIST, 'size' or 'ignore'",
    'order_types': 'what a text of ORDER TYPE means',
    'dates': 'how 03/04/2026 is read: day_first or month_first',
    'numbers': 'how numbers are typed: decimal_comma, currency, or both',
    'key': "the columns that tell one order from another within the customer",
    'group_season': 'whose season names the group on the board: customer_season or aag_season',
    'item_name': 'the columns that make the name of an item on the board',
    'paused': 'true takes the workbook out of the build; what is on its board stays',
    'expressions': 'columns that are worked out by SQL over the headers; the last resort',
}) }}
{% endmacro %}

{#- What holds for every customer whose file says nothing else; the key of an order is declared here. -#}
{% macro customer_defaults() %}
{{ return({
    'columns': {},
    'order_types': {},
    'dates': none,
    'numbers': [],
    'key': ['aag_order_number', 'planned_delivery_method', 'customer_style'],
    'group_season': 'customer_season',
    'item_name': [
        'alias_related_item or customer_style',
        'customers_colour_code_custom_field_customer_provides_this or customer_colour_description',
        'aag_order_number',
        'po_number or customer_alt_po',
    ],
    'paused': false,
    'expressions': {},
}) }}
{% endmacro %}

{#- What a customer's file says, in full: its words over the defaults. Stops with a sentence at a word that means nothing.

    Args: node, the customer's model as `model` or the graph has it.
    Returns {word: value}, with `numbers` a list and the texts of `order_types` folded, in capitals. -#}
{% macro customer_settings(node) %}
{%- set said = node.config.meta or {} -%}
{%- set settings = customer_defaults() -%}
{%- do check_customer(node, said) if said -%}
{%- do settings.update(said) -%}
{%- if settings.numbers is string -%} {%- do settings.update({'numbers': [settings.numbers]}) -%} {%- endif -%}
{%- set types = {} -%}
{%- for text, type in settings.order_types.items() -%} {%- do types.update({folded_header(text): folded_header(type)}) -%} {%- endfor -%}
{%- do settings.update({'order_types': types}) -%}
{{ return(settings) }}
{% endmacro %}

{#- The customers' models, as the graph has them. Empty while dbt parses, and in a unit test. -#}
{% macro customer_models() %}
{%- set found = [] -%}
{%- if execute -%}
    {%- for node in graph.get('nodes', {}).values() if node.resource_type == 'model' and node.fqn[1:3] == ['staging', 'customers'] -%}
        {%- do found.append(node) -%}
    {%- endfor -%}
{%- endif -%}
{{ return(found) }}
{% endmacro %}

{#- The source that a customer's model reads, as the graph has it; none when it reads none. -#}
{% macro customer_source(node) %}
{{ return(graph.sources.get(node.depends_on.nodes | select('in', graph.sources) | first)) }}
{% endmacro %}

{#- The workbooks whose customers say something else than the default about a word.

    Args: word, one of customer_words(). Returns {raw table: value}. -#}
{% macro customers_that_say(word) %}
{%- set found = {} -%}
{%- set usual = customer_defaults()[word] -%}
{%- for node in customer_models() if word in (node.config.meta or {}) -%}
    {%- set value = customer_settings(node)[word] -%}
    {%- do found.update({customer_source(node).identifier: value}) if value != usual and customer_source(node) -%}
{%- endfor -%}
{{ return(found) }}
{% endmacro %}
