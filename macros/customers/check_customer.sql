{#- Stop with a sentence (file, word, nearest right word) at the first thing a customer's file says that means nothing.

    Args: node, the customer's model; said, its `meta`. -#}
{% macro check_customer(node, said) %}
{%- set file = (node.patch_path or node.original_file_path).split('://') | last -%}
{%- set columns = business_columns() -%}
{%- set names = columns | map(attribute='name') | list -%}
{%- set texts = columns | selectattr('kind', 'equalto', 'text') | map(attribute='name') | list -%}
{%- if modules.re.search('config[ \n]*[(][^)]*meta', node.raw_code or '') -%}
    {%- do stop_customer(node.original_file_path, 'config', 'a customer is described in its YAML file (' ~ file ~ '); settings in the SQL file would silently replace those') -%}
{%- endif -%}
{%- for word in said -%} {%- do check_word(file, 'meta', word, customer_words().keys() | list, 'word') -%} {%- endfor -%}
{%- for word in ['columns', 'order_types', 'expressions'] if word in said and said[word] is not mapping -%}
    {%- do stop_customer(file, word, 'give pairs, such as ' ~ {'columns': '{"SHIP WINDOW": ex_factory_date}', 'order_types': '{ON HOLD: RECEIVED}', 'expressions': "{planner: \"concat('Team ', \"\"CATEGORY\"\")\"}"}[word]) -%}
{%- endfor -%}
{%- for word in ['key', 'item_name'] if word in said and (said[word] is string or said[word] is mapping or said[word] is not iterable or not said[word]) -%}
    {%- do stop_customer(file, word, 'give a list of columns, such as [aag_order_number, po_number]') -%}
{%- endfor -%}
{%- if 'numbers' in said and said.numbers is not string and (said.numbers is mapping or said.numbers is not iterable) -%}
    {%- do stop_customer(file, 'numbers', 'give decimal_comma, currency, or a list of both') -%}
{%- endif -%}
{%- for column in (said.columns or {}).values() -%} {%- do check_word(file, 'columns', column, ['size', 'ignore'] + names, 'column') -%} {%- endfor -%}
{%- for column in (said.expressions or {}).keys() -%} {%- do check_word(file, 'expressions', column, names, 'column') -%} {%- endfor -%}
{%- for column in said.key or [] -%} {%- do check_word(file, 'key', column, texts, 'text column') -%} {%- endfor -%}
{%- for part in said.item_name or [] -%}
    {%- for column in (part | string).split(' or ') -%} {%- do check_word(file, 'item_name', column | trim, texts, 'text column') -%} {%- endfor -%}
{%- endfor -%}
{%- if 'dates' in said -%} {%- do check_word(file, 'dates', said.dates, ['day_first', 'month_first'], 'word') -%} {%- endif -%}
{%- if 'group_season' in said -%} {%- do check_word(file, 'group_season', said.group_season, ['aag_season', 'customer_season'], 'word') -%} {%- endif -%}
{%- for way in ([said.numbers] if said.numbers is string else said.numbers or []) -%} {%- do check_word(file, 'numbers', way, ['decimal_comma', 'currency'], 'word') -%} {%- endfor -%}
{%- if 'paused' in said and said.paused not in [true, false] -%} {%- do stop_customer(file, 'paused', 'say true or false') -%} {%- endif -%}
{%- for text, type in (said.order_types or {}).items() if not folded_header(text) or not folded_header(type) -%}
    {%- do stop_customer(file, 'order_types', 'give a text and the order type that it means, such as {ON HOLD: RECEIVED}') -%}
{%- endfor -%}
{% endmacro %}

{#- Stop when a customer's words are about headers that its workbook lacks.

    One that is to be ignored may be gone, and one that means a column may be fixed: then the column has its own header.

    Args: node; settings, the customer_settings(); headers of the workbook as it is landed. -#}
{% macro check_customer_headers(node, settings, headers) %}
{%- set file = (node.patch_path or node.original_file_path).split('://') | last -%}
{%- set here = headers | map('string') | list -%}
{%- set folded = [] -%}
{%- for header in here -%} {%- do folded.append(folded_header(header)) -%} {%- endfor -%}
{%- for header, meaning in settings.columns.items() if meaning != 'ignore' and folded_header(header) not in folded -%}
    {%- set fixed = business_columns() | selectattr('name', 'equalto', meaning) | map(attribute='header') | first | upper -%}
    {%- do check_word(file, 'columns', header, here, 'header', 'The workbook') if fixed not in folded -%}
{%- endfor -%}
{%- for sql in settings.expressions.values() -%}
    {%- for header in modules.re.findall('"((?:[^"]|"")+)"', sql) if folded_header(header.replace('""', '"')) not in folded -%}
        {%- do check_word(file, 'expressions', header, here, 'header', 'The workbook') -%}
    {%- endfor -%}
{%- endfor -%}
{% endmacro %}

{#- Stop unless a word is one of those that are right.

    Args: file; place, the word of the file it stands under; word; right, a list; kind, what such a word is called;
    owner, who has such words. -#}
{% macro check_word(file, place, word, right, kind, owner='ORDER_LIST') %}
{%- if word not in right -%}
    {%- set near = nearest_word(word | string, right) -%}
    {%- set who = owner if kind in ['column', 'text column', 'header'] else 'A customer' -%}
    {%- do stop_customer(file, place, who ~ ' has no ' ~ kind ~ ' "' ~ word ~ '"; '
        ~ ('did you mean "' ~ near ~ '"?' if near else 'there are ' ~ right | join(', ') if right | length < 20 else
           'columns are declared in macros/columns/order_list_columns.sql')) -%}
{%- endif -%}
{% endmacro %}

{% macro stop_customer(file, place, what) %}
{{ exceptions.raise_compiler_error(file ~ ': ' ~ place ~ ': ' ~ what) }}
{% endmacro %}

{#- Every customer's file, before a run changes anything; for on-run-start. -#}
{% macro check_customers() %}
{%- set declared = business_columns() -%}
{%- for node in customer_models() -%}
    {%- set settings = customer_settings(node) -%}
    {%- set source = customer_source(node) -%}
    {%- if source and flags.INTROSPECT and not settings.paused and (settings.columns or settings.expressions) -%}
        {%- set raw = api.Relation.create(database=source.database, schema=source.schema, identifier=source.identifier) -%}
        {%- set headers = raw_headers(raw, declared) -%}
        {%- do check_customer_headers(node, settings, headers) if headers -%}
    {%- endif -%}
{%- endfor -%}
{% endmacro %}
