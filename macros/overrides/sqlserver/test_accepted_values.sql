{#- dbt's own test, with values in Unicode. Args: those of dbt. -#}
{% macro sqlserver__test_accepted_values(model, column_name, values, quote=true) %}
with all_values as (
    select
        {{ column_name }} as value_field,
        count(*) as n_records
    from {{ model }}
    group by {{ column_name }}
)

select
    value_field,
    n_records
from all_values
where value_field not in (
    {%- for value in values %}
    {{ text_literal(value | string) if quote else value }}{{ ',' if not loop.last }}
    {%- endfor %}
)
{% endmacro %}
