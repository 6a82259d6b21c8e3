{#- A table of values for the test of a macro: a row per case with the columns typed and expected, both text.

    Args: cases, a list of [typed, expected], where none is NULL. -#}
{% macro value_cases(cases) -%}
{%- for typed, expected in cases %}
    select
        {{ loop.index }} as case_number,
        cast({{ text_literal(typed) if typed is not none else 'null' }} as {{ type_text() }}) as typed,
        cast({{ text_literal(expected) if expected is not none else 'null' }} as {{ type_text() }}) as expected
    {{- '\n    union all' if not loop.last }}
{%- endfor %}
{%- endmacro %}

{#- The cases that a macro does not read as expected: the rows of value_cases() with what was found. None is a passed test.

    Args: cases, a list of [typed, expected]; found, the macro's SQL over cases.typed, as text; before, SQL over
    typed_cases.typed that is applied to it first, as a model does in an earlier step. -#}
{% macro value_differences(cases, found, before=none) -%}
with typed_cases as (
    {{- value_cases(cases) }}
),

cases as (
    select
        typed_cases.case_number,
        {{ before ~ ' as typed' if before is not none else 'typed_cases.typed' }},
        typed_cases.expected
    from typed_cases
),

read_cases as (
    select
        cases.case_number,
        cases.typed,
        cases.expected,
        cast({{ found }} as {{ type_text() }}) as found
    from cases
)

select
    read_cases.case_number,
    read_cases.typed,
    read_cases.expected,
    read_cases.found
from read_cases
where coalesce(read_cases.expected, '(NULL)') <> coalesce(read_cases.found, '(NULL)')
{%- endmacro %}
