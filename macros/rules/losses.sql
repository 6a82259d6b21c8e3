{#- Whether a customer has lost more than its share of something since it was last pushed. Args: what, orders, lines or pieces. -#}
{% macro is_lost(what) -%}
compared.{{ what }} < (1 - {{ var('max_row_loss_share') }}) * compared.baseline_{{ what }}
{%- endmacro %}

{#- The same as a sentence. Args: what, as above. -#}
{% macro lost_sentence(what) -%}
concat('Only ', compared.{{ what }}, ' of the ', compared.baseline_{{ what }}, ' {{ what }} last pushed are left.')
{%- endmacro %}
