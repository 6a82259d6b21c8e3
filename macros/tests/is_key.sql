{#- A generic test: the columns are filled in every row and no two rows agree in all of them. One query where unique and
    not_null would be two for each column. `may_be_null` names those of them that may be empty. -#}
{% test is_key(model, key, may_be_null=[]) %}
select
    {{ key | join(', ') }},
    count(*) as times
from {{ model }}
group by {{ key | join(', ') }}
having
    count(*) > 1
    {%- for column in key if column not in may_be_null %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
