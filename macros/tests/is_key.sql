{#- A generic test: the columns are filled in every row and no two rows agree in all of them. One query where unique and
    not_null would be two for each column. -#}
{% test is_key(model, key) %}
select
    {{ key | join(', ') }},
    count(*) as times
from {{ model }}
group by {{ key | join(', ') }}
having
    count(*) > 1
    {%- for column in key %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
