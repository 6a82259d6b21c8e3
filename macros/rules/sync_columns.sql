{#- sync_state and the columns that go with it, for rows joined to the ledger. The rule of monday_sync/domain/state.py.

    Args: board_hash, what the board is to show; ledger, the alias of the ledger's row (all NULL when there is none);
    monday_id, the ledger's column that links to the board. -#}
{% macro sync_columns(board_hash, ledger, monday_id) -%}
{{ sync_state(board_hash, ledger) }} as sync_state,
    case
        when {{ sync_state(board_hash, ledger) }} = 'SYNCED' then null
        when {{ ledger }}.{{ monday_id }} is null then 'INSERT'
        else 'UPDATE'
    end as action_type,
    {{ ledger }}.{{ monday_id }},
    {{ ledger }}.error_message as sync_error_message,
    coalesce({{ ledger }}.retry_count, 0) as retry_count,
    {{ ledger }}.attempted_at as sync_attempted_at,
    {{ ledger }}.completed_at as sync_completed_at
{%- endmacro %}

{% macro sync_state(board_hash, ledger) -%}
case
        when {{ ledger }}.outcome is null then 'NEW'
        when {{ ledger }}.outcome = 'INTENT' then 'PENDING'
        when {{ ledger }}.outcome in ('ERROR', 'DEAD') and {{ ledger }}.attempt_hash = {{ board_hash }} then 'ERROR'
        when {{ ledger }}.board_hash = {{ board_hash }} then 'SYNCED'
        else 'PENDING'
    end
{%- endmacro %}

{#- The state of a row that the ledger links to the board while the source has it no more. -#}
{% macro gone_state(ledger) -%}
case when {{ ledger }}.outcome in ('ERROR', 'DEAD') then 'ERROR' else 'PENDING' end
{%- endmacro %}
