{#- The word most like another by the pairs of letters they share; none when nothing is near.

    Args: word; words, a list of texts. -#}
{% macro nearest_word(word, words) %}
{%- set pairs = letter_pairs(word) -%}
{%- set best = namespace(word=none, score=0.4) -%}
{%- for other in words -%}
    {%- set others = letter_pairs(other) -%}
    {%- set shared = pairs | select('in', others) | list | length -%}
    {%- set score = 2 * shared / (pairs | length + others | length) -%}
    {%- if score > best.score -%} {%- set best.word, best.score = other, score -%} {%- endif -%}
{%- endfor -%}
{{ return(best.word) }}
{% endmacro %}

{#- The pairs of neighbouring letters of a word, its ends included, each once. -#}
{% macro letter_pairs(word) %}
{%- set text = ' ' ~ word | upper ~ ' ' -%}
{%- set pairs = [] -%}
{%- for place in range(text | length - 1) -%} {%- do pairs.append(text[place:place + 2]) -%} {%- endfor -%}
{{ return(pairs | unique | list) }}
{% endmacro %}
