{#- SHA-256 over the UTF-8 bytes of a text, as 64 lower-case hex digits. The same on every engine.

    SQL Server hashes the bytes of the type it is given, so the text goes through a UTF-8 collation (2019 and later).
    Args: text, an SQL expression. -#}
{% macro sha256_hex(text) %}{{ return(adapter.dispatch('sha256_hex')(text)) }}{% endmacro %}

{% macro default__sha256_hex(text) %}sha256({{ text }}){% endmacro %}

{% macro sqlserver__sha256_hex(text) -%}
lower(convert(varchar(64), hashbytes('SHA2_256', cast(({{ text }}) collate Latin1_General_100_BIN2_UTF8 as varchar(max))), 2))
{%- endmacro %}
