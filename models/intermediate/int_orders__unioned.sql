{#- Every customer's rows. Those of a workbook that is refused now are the last good ones, which this table holds
    already (or that of an older release, which had another name).

    The customers' models are listed by name: a test reconciles the list with the files and the customer list. -#}
{%- set customers = [
    ref('stg_actively_black'),
    ref('stg_aescape'),
    ref('stg_aime_leon_dore'),
    ref('stg_aje'),
    ref('stg_alwrld'),
    ref('stg_asher_golf'),
    ref('stg_asrv'),
    ref('stg_bad_birdie'),
    ref('stg_bandit_running'),
    ref('stg_bc_brands'),
    ref('stg_bhood'),
    ref('stg_boggi_milano'),
    ref('stg_born_primitive'),
    ref('stg_camilla'),
    ref('stg_cuts_clothing'),
    ref('stg_dsslr'),
    ref('stg_ed_wonder'),
    ref('stg_equinox'),
    ref('stg_exotic_athletica'),
    ref('stg_feetures'),
    ref('stg_g_fore'),
    ref('stg_greyson'),
    ref('stg_johnnie_o'),
    ref('stg_johnny_was'),
    ref('stg_lambs'),
    ref('stg_lorna_jane'),
    ref('stg_mack_weldon'),
    ref('stg_nasc_white_fox'),
    ref('stg_nobull'),
    ref('stg_peloton_private_label'),
    ref('stg_recreation_generation'),
    ref('stg_rhone'),
    ref('stg_rhythm'),
    ref('stg_ryderwear'),
    ref('stg_seissense'),
    ref('stg_soul_cycle'),
    ref('stg_spiritual_gangster'),
    ref('stg_starlight'),
    ref('stg_summersalt'),
    ref('stg_sun_day_red'),
    ref('stg_taylor_made'),
    ref('stg_telfar'),
    ref('stg_title_9'),
    ref('stg_tracksmith'),
    ref('stg_une_piece'),
    ref('stg_white_fox'),
] -%}
{%- set standing = standing_rows(this) -%}
{%- set columns = business_columns() | map(attribute='name') | list + ['sizes', '_raw_table'] + loader_columns() -%}
{%- set listed = '"' ~ columns | join('", "') ~ '"' -%} {#- by name: a customer's view may be of an older build -#}
with workbooks as (
    select * from {{ ref('int_workbooks__judged') }}
),

landed as {{ kept_in_memory() }} (
    {%- for customer in customers %}
        select {{ listed }}
        from {{ customer }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

sheets as (
    select landed.*
    from landed
    inner join workbooks on landed._raw_table = workbooks.raw_table
    where workbooks.status = 'read'
    {%- if standing %}
        union all
        select
            {%- for column in columns | reject('equalto', '_load_id') %}
                {{ 'standing.' if column in standing.columns else 'null as ' }}{{ identifier(column) }},
            {%- endfor %}
            standing._load_id
        from {{ standing.relation }} as standing
        {%- if not flags.EMPTY %} {#- which empties workbooks too: then nobody knows whose rows must stand, and all stay #}
            inner join workbooks on standing._raw_table = workbooks.raw_table
            where workbooks.status = 'refused'
        {%- endif %}
    {%- endif %}
)

select
    {%- for column in business_columns() %}
        {{ fold_blanks('sheets.' ~ identifier(column.name)) }} as {{ identifier(column.name) }},
    {%- endfor %}
    sheets.sizes,
    sheets._raw_table,
    sheets._source_file,
    sheets._source_sheet,
    sheets._source_row,
    sheets._extracted_at,
    sheets._load_id
from sheets
