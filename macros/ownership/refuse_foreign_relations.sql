{#- Stops a run before it has changed anything if a relation stands under one of our names that we did not make.

    Ours is what carries our mark (mark_as_ours), and what has the shape that the first release gave it, before there were
    marks: that is marked now. The ledger's tables are ours by their columns.
    Args: only_look, mark nothing. -#}
{% macro refuse_foreign_relations(only_look=false) %}
{%- set foreign = [] -%}
{%- set adopted = [] -%}
{%- for place in our_relations() | map(attribute='schema') | unique | list -%}
    {%- set found = {} -%}
    {%- set database = (our_relations() | selectattr('schema', 'eq', place) | first).database -%}
    {%- for row in run_query(relation_marks(database, place)) -%} {%- do found.update({(row[0] | lower): row}) -%} {%- endfor -%}
    {%- for relation in our_relations() if relation.schema == place -%}
        {%- for name in [relation.identifier, relation.identifier ~ '__dbt_backup'] if name | lower in found -%}
            {%- set there = found[name | lower] -%}
            {%- set standing = api.Relation.create(database=relation.database, schema=relation.schema, identifier=there[0]) -%}
            {%- if (there[2] or '').startswith(our_mark_begins()) -%}
            {%- elif has_first_shape(relation.identifier, standing, there[1]) -%}
                {%- do adopted.append([standing, there[1]]) -%}
            {%- else -%}
                {%- do foreign.append(there[0]) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endfor -%}
{%- set kept = {failed_tests_table().identifier: failed_tests_columns()} -%}
{%- for name, table in ledger_tables().items() -%} {%- do kept.update({name: table.columns}) -%} {%- endfor -%}
{%- for name, columns in kept.items() -%}
    {%- set standing = adapter.get_relation(target.database, target.schema, name) -%}
    {%- if standing is not none and not has_most_columns(standing, columns) -%} {%- do foreign.append(name) -%} {%- endif -%}
{%- endfor -%}
{%- if foreign -%} {{ exceptions.raise_compiler_error(words_of_refusal(foreign | sort)) }} {%- endif -%}
{%- for relation, kind in adopted if not only_look -%} {%- do run_query(mark_statement(relation, kind, our_mark_begins() ~ ', first release')) -%} {%- endfor -%}
{% endmacro %}

{#- Every relation that this project makes in the database, whatever is selected. -#}
{% macro our_relations() %}
{%- set relations = [] -%}
{%- for node in graph.nodes.values() if node.resource_type in ['model', 'seed', 'snapshot'] and node.config.materialized != 'ephemeral' -%}
    {%- do relations.append(relation_of(node)) -%}
{%- endfor -%}
{{ return(relations) }}
{% endmacro %}

{#- Args: names, of relations that are not ours. -#}
{% macro words_of_refusal(names) -%}
{{ names | join(', ') }} in schema '{{ target.schema }}' {{ 'was' if names | length == 1 else 'were' }} not made by this project, and a build would replace {{ 'it' if names | length == 1 else 'them' }}. Nothing was changed. `cutover take-over` archives {{ 'it' if names | length == 1 else 'them' }} and renames {{ 'it' if names | length == 1 else 'them' }} aside; or set another schema in profiles.yml. If the project did make {{ 'it' if names | length == 1 else 'them' }}: dbt run-operation adopt_relations --args '{names: [{{ names | join(', ') }}]}'
{%- endmacro %}

{#- `dbt run-operation adopt_relations --args '{names: [ORDER_LIST]}'`: a person's word that these relations are ours.

    Args: names, of relations in the target's schema. -#}
{% macro adopt_relations(names) %}
{%- for row in run_query(relation_marks(target.database, target.schema)) if row[0] | lower in names | map('lower') -%}
    {%- set relation = api.Relation.create(database=target.database, schema=target.schema, identifier=row[0]) -%}
    {%- do run_query(mark_statement(relation, row[1], our_mark_begins() ~ ', adopted')) -%}
    {%- do log('Marked ' ~ row[0] ~ ' as made by this project.', info=true) -%}
{%- endfor -%}
{%- do commit_what_was_done() -%}
{% endmacro %}
