{{ config(alias='FACT_ORDER_LIST') }}

select * from {{ ref('swp_order_list_sync') }}
