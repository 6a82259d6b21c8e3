{#- The adapter's own, in Unicode (as_unicode). Args: those of the adapter. -#}
{% macro create_schema_if_not_exists(schema, authorization=none) %}
{{- return(as_unicode(dbt.create_schema_if_not_exists(schema, authorization))) -}}
{% endmacro %}
