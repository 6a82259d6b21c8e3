{#- The time in UTC, as everywhere in this project: the adapter's own is the server's local time, which snapshots and the
    age of sources would carry. -#}
{% macro sqlserver__current_timestamp() %}cast(sysutcdatetime() as {{ type_moment() }}){% endmacro %}
