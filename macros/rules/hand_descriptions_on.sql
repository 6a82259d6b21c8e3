{#- Describe the columns that have no text of their own, in the manifest that `dbt docs generate` is about to write.

    The manifest hangs on `ref`, which dbt does not promise: should it go, texts are missing (and a test fails), no more.
    Args: catalog, dbt's table of a row per column. -#}
{% macro hand_descriptions_on(catalog) %}
{%- set shown = {} -%}
{%- for row in catalog.rows | sort(attribute='column_index') -%}
    {%- do shown.setdefault((row['table_schema'] | lower, row['table_name'] | lower), []).append(row['column_name']) -%}
{%- endfor -%}
{%- set relations = {} -%}
{%- for node in graph.nodes.values() | list + graph.sources.values() | list
    if node.resource_type in ['source', 'seed', 'model', 'snapshot'] -%}
    {%- do relations.update({node.unique_id: node}) -%}
{%- endfor -%}
{%- set beside = relations_beside(relations) -%}
{%- for id, node in relations.items() if ref.manifest is defined -%}
    {%- set names = shown.get((node.schema | lower, (node.identifier or node.alias) | lower), []) -%}
    {%- set texts = descriptions_near(id, relations, beside) if names else {} -%}
    {%- if names and node.source_name == 'workbooks' -%}
        {%- do texts.update(descriptions_of_headers(names, relations[beside[id] | first], texts)) -%}
    {%- endif -%}
    {%- set columns = (ref.manifest.sources if node.resource_type == 'source' else ref.manifest.nodes)[id].columns -%}
    {%- set a_column = ref.manifest.nodes['model.' ~ project_name ~ '.order_list'].columns['order_key'] -%}
    {%- for name in names if name in texts and not (node.columns.get(name) or {}).description -%}
        {%- set column = columns[name].to_dict() if name in columns else {'name': name} -%}
        {%- do column.update({'description': texts[name]}) -%}
        {%- do columns.update({name: a_column.from_dict(column)}) -%}
    {%- endfor -%}
{%- endfor -%}
{% endmacro %}

{#- Who reads whom: {id: the ids it is made from, then those made from it}. Args: relations, {id: node of the graph}. -#}
{% macro relations_beside(relations) %}
{%- set beside = {} -%}
{%- for id, node in relations.items() -%}
    {%- do beside.update({id: (node.depends_on or {}).nodes | select('in', relations) | unique | list}) -%}
{%- endfor -%}
{%- for id, node in relations.items() -%}
    {%- for parent in (node.depends_on or {}).nodes | select('in', relations) | unique -%}
        {%- do beside[parent].append(id) -%}
    {%- endfor -%}
{%- endfor -%}
{{ return(beside) }}
{% endmacro %}

{#- What columns mean in a relation and around it: {column: description}, each from the nearest that describes it.

    Relations with data come before what the board is to show of them (the sync views may show another value under the same
    name), and sources come last: the ledger says of a column what was sent of it, which is less.
    Args: id of the relation; relations, {id: node of the graph}; beside, the relations_beside(). -#}
{% macro descriptions_near(id, relations, beside) %}
{%- set near = {id: true} -%}
{%- set walk = [id] -%}
{%- for here in walk -%} {#- it grows while it is walked, nearest first -#}
    {%- for next in beside[here] if next not in near -%}
        {%- do near.update({next: true}) -%}
        {%- do walk.append(next) -%}
    {%- endfor -%}
{%- endfor -%}
{%- set texts = {} -%}
{%- set shown = [] -%}
{%- for here in walk if here != id and 'sync' in relations[here].fqn -%} {%- do shown.append(here) -%} {%- endfor -%}
{%- set ours = walk | reject('in', graph.sources) | reject('in', shown) | list -%}
{%- for here in ours + shown | reject('in', graph.sources) | list + walk | select('in', graph.sources) | list -%}
    {%- for column in relations[here].columns.values() if column.description -%}
        {%- do texts.setdefault(column.name, column.description) -%}
    {%- endfor -%}
{%- endfor -%}
{{ return(texts) }}
{% endmacro %}

{#- What the columns of a landed workbook mean: {header: description}, by what the header is taken for.

    Args: names of the columns; customer, the customer's model; texts, {canonical column: description}. -#}
{% macro descriptions_of_headers(names, customer, texts) %}
{%- set headers = names | reject('in', loader_columns()) | list -%}
{%- set found = {} -%}
{%- for role in header_roles(headers, customer.config.meta.columns or {}, header_meanings(business_columns())) -%}
    {%- set says = {
        'column': texts.get(role.column),
        'size': 'Pieces ordered in this size.',
        'ignored': "Not read: the customer's file says so.",
        'unknown': 'Not read: nobody has said what this header means.',
    } -%}
    {%- do found.update({role.header: says[role.role]}) -%}
{%- endfor -%}
{{ return(found) }}
{% endmacro %}
