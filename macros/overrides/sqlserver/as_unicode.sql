{#- A statement of the adapter in which dynamic SQL is `EXEC(N'...')`.

    dbt-sqlserver sends the text of every view, table and test as `EXEC('...')`, and such a literal is in the code page of
    the database: in Azure's default collation `[∆]` arrives as `[?]`. The text of a literal that begins so is
    left as it is.
    Args: sql, what a macro of the adapter has written. -#}
{% macro as_unicode(sql) %}
{{- return(modules.re.sub("(?i)\\b(exec(?:ute)?\\s*\\(\\s*)'", "\\1N'", sql | string)) -}}
{% endmacro %}
