-- What the programs keep, as the release of commit bb314e2 made it on DuckDB, with its versions and some rows: the
-- statements and the index usage had none.
CREATE TABLE cutover_log(entry_id VARCHAR, entry_seq BIGINT NOT NULL, written_at TIMESTAMP NOT NULL, who VARCHAR,
    "action" VARCHAR NOT NULL, subject VARCHAR, outcome VARCHAR NOT NULL, message VARCHAR, state_before VARCHAR,
    state_after VARCHAR, "seconds" DECIMAL(18,6), evidence VARCHAR, PRIMARY KEY(entry_id));
CREATE TABLE loader_file_headers(load_id VARCHAR NOT NULL, raw_table VARCHAR NOT NULL, file VARCHAR NOT NULL, sheet
    VARCHAR NOT NULL, "position" INTEGER NOT NULL, "header" VARCHAR, column_name VARCHAR NOT NULL, note VARCHAR);
CREATE TABLE loader_file_log(load_id VARCHAR NOT NULL, run_id VARCHAR NOT NULL, file VARCHAR NOT NULL, raw_table
    VARCHAR, etag VARCHAR, sha256 VARCHAR, bytes BIGINT, sheet VARCHAR, header_row INTEGER, "rows" INTEGER, "columns"
    INTEGER, status VARCHAR NOT NULL, reason VARCHAR, "seconds" DECIMAL(18,6), format INTEGER, logged_at TIMESTAMP NOT
    NULL, load_seq BIGINT, "source" VARCHAR, pipeline_run_id VARCHAR);
CREATE TABLE maintenance_log(entry_id VARCHAR, entry_seq BIGINT NOT NULL, written_at TIMESTAMP NOT NULL, who VARCHAR,
    "action" VARCHAR NOT NULL, subject VARCHAR, outcome VARCHAR NOT NULL, message VARCHAR, state_before VARCHAR,
    state_after VARCHAR, "seconds" DECIMAL(18,6), evidence VARCHAR, PRIMARY KEY(entry_id));
CREATE TABLE monday_sync_accepted(acceptance_id VARCHAR, board_id VARCHAR, row_level VARCHAR, row_key VARCHAR,
    order_key VARCHAR, customer_name VARCHAR, item_name VARCHAR, board_hash VARCHAR, error_message VARCHAR, reason
    VARCHAR, accepted_by VARCHAR, accepted_at TIMESTAMP, ended_at TIMESTAMP, ended_by VARCHAR, ended_because VARCHAR,
    PRIMARY KEY(acceptance_id));
CREATE TABLE monday_sync_archived(board_id VARCHAR, order_key VARCHAR, monday_item_id VARCHAR, item_name VARCHAR,
    customer_name VARCHAR, ex_factory_date VARCHAR, run_id VARCHAR, archived_at TIMESTAMP, PRIMARY KEY(board_id,
    order_key));
CREATE TABLE monday_sync_attempts(batch_id VARCHAR, "position" INTEGER, run_id VARCHAR, board_id VARCHAR, "level"
    VARCHAR, row_key VARCHAR, order_key VARCHAR, customer_name VARCHAR, kind VARCHAR, operation VARCHAR, row_hash
    VARCHAR, row_before VARCHAR, "sets" VARCHAR, outcome VARCHAR, item_id VARCHAR, request_id VARCHAR, "milliseconds"
    INTEGER, code VARCHAR, sentence VARCHAR, created_at TIMESTAMP, completed_at TIMESTAMP, shown_before VARCHAR,
    PRIMARY KEY(batch_id, "position"));
CREATE TABLE monday_sync_customers(customer_name VARCHAR, orders INTEGER, run_id VARCHAR, recorded_at TIMESTAMP, lines
    INTEGER, pieces BIGINT, PRIMARY KEY(customer_name));
CREATE TABLE monday_sync_figures(run_id VARCHAR, board_id VARCHAR, figure VARCHAR, amount DECIMAL(18,6), recorded_at
    TIMESTAMP, PRIMARY KEY(run_id, board_id, figure));
CREATE TABLE monday_sync_fills(customer_name VARCHAR, column_name VARCHAR, orders INTEGER, filled INTEGER, run_id
    VARCHAR, recorded_at TIMESTAMP, PRIMARY KEY(customer_name, column_name));
CREATE TABLE monday_sync_groups(board_id VARCHAR, group_key VARCHAR, group_name VARCHAR, group_id VARCHAR, run_id
    VARCHAR, recorded_at TIMESTAMP, PRIMARY KEY(board_id, group_key));
CREATE TABLE monday_sync_items(order_key VARCHAR, board_id VARCHAR, monday_item_id VARCHAR, group_id VARCHAR,
    group_name VARCHAR, item_name VARCHAR, customer_name VARCHAR, row_hash VARCHAR, payload VARCHAR, attempt_hash
    VARCHAR, outcome VARCHAR, error_message VARCHAR, retry_count INTEGER, attempted_at TIMESTAMP, completed_at
    TIMESTAMP, run_id VARCHAR, created_run_id VARCHAR, board_hash VARCHAR, "mapping" VARCHAR, left_as VARCHAR, left_at
    TIMESTAMP, PRIMARY KEY(order_key));
CREATE TABLE monday_sync_mappings(board_id VARCHAR, row_level VARCHAR, "mapping" VARCHAR, view_column VARCHAR,
    column_id VARCHAR, column_type VARCHAR, is_current INTEGER, recorded_at TIMESTAMP, PRIMARY KEY(board_id,
    row_level, "mapping", view_column));
CREATE TABLE monday_sync_plans(plan_id VARCHAR, board_id VARCHAR, "options" VARCHAR, fingerprint VARCHAR, run_id
    VARCHAR, created_at TIMESTAMP, PRIMARY KEY(plan_id));
CREATE TABLE monday_sync_runs(run_id VARCHAR, kind VARCHAR, of_run VARCHAR, plan_id VARCHAR, board_id VARCHAR, is_test
    INTEGER, outcome VARCHAR, sentence VARCHAR, result VARCHAR, started_at TIMESTAMP, ended_at TIMESTAMP,
    pipeline_run_id VARCHAR, PRIMARY KEY(run_id));
CREATE TABLE monday_sync_subitems(line_key VARCHAR, order_key VARCHAR, board_id VARCHAR, monday_subitem_id VARCHAR,
    item_name VARCHAR, customer_name VARCHAR, row_hash VARCHAR, payload VARCHAR, attempt_hash VARCHAR, outcome
    VARCHAR, error_message VARCHAR, retry_count INTEGER, attempted_at TIMESTAMP, completed_at TIMESTAMP, run_id
    VARCHAR, created_run_id VARCHAR, board_hash VARCHAR, "mapping" VARCHAR, left_as VARCHAR, left_at TIMESTAMP,
    PRIMARY KEY(line_key));
CREATE TABLE monday_sync_trials(board_id VARCHAR, subject VARCHAR, outcome VARCHAR, message VARCHAR, api_version
    VARCHAR, run_id VARCHAR, tried_at TIMESTAMP, PRIMARY KEY(board_id, subject));
CREATE TABLE order_list_versions("name" VARCHAR, "version" INTEGER, migration VARCHAR, applied_at TIMESTAMP,
    applied_by VARCHAR, PRIMARY KEY("name", "version"));
CREATE TABLE pipeline_alerts(alert_key VARCHAR, check_name VARCHAR, subject VARCHAR, customer_name VARCHAR, "owner"
    VARCHAR, state VARCHAR, figure DECIMAL(18,6), bar DECIMAL(18,6), reason VARCHAR, since TIMESTAMP, changed_at
    TIMESTAMP, run_id VARCHAR, told_state VARCHAR, told_figure DECIMAL(18,6), last_told TIMESTAMP, told_whom VARCHAR,
    PRIMARY KEY(alert_key));
CREATE TABLE pipeline_figures(run_id VARCHAR, check_name VARCHAR, subject_key VARCHAR, subject VARCHAR, customer_name
    VARCHAR, figure DECIMAL(18,6), state VARCHAR, bar DECIMAL(18,6), usual DECIMAL(18,6), reason VARCHAR, judged_at
    TIMESTAMP, PRIMARY KEY(run_id, check_name, subject_key));
CREATE TABLE pipeline_index_usage(run_id VARCHAR, relation VARCHAR, index_name VARCHAR, reads BIGINT, writes BIGINT,
    PRIMARY KEY(run_id, relation, index_name));
CREATE TABLE pipeline_outbox(message_id VARCHAR, channel VARCHAR, run_id VARCHAR, queued_at TIMESTAMP, title VARCHAR,
    body VARCHAR, state VARCHAR, attempts INTEGER, tried_at TIMESTAMP, sent_at TIMESTAMP, answer VARCHAR, is_test
    INTEGER, PRIMARY KEY(message_id));
CREATE TABLE pipeline_runs(run_id VARCHAR, "target" VARCHAR, "source" VARCHAR, started_at TIMESTAMP, ended_at
    TIMESTAMP, "seconds" DECIMAL(18,6), status VARCHAR, sentence VARCHAR, "options" VARCHAR, orders INTEGER, changes
    INTEGER, failed INTEGER, fingerprint VARCHAR, run_seq BIGINT, PRIMARY KEY(run_id));
CREATE TABLE pipeline_stages(run_id VARCHAR, stage VARCHAR, "position" INTEGER, status VARCHAR, "seconds"
    DECIMAL(18,6), stage_rows BIGINT, sentence VARCHAR, figures VARCHAR, invocations VARCHAR, PRIMARY KEY(run_id,
    stage));
CREATE TABLE pipeline_statements(run_id VARCHAR, stage VARCHAR, statement_key VARCHAR, "statement" VARCHAR, sent
    BIGINT, "seconds" DECIMAL(18,6), slowest DECIMAL(18,6), PRIMARY KEY(run_id, stage, statement_key));
insert into order_list_versions values
    ('ledger', 1, 'm0001_before_versions', '2026-11-27 06:00:00', 'orders@server'),
    ('ledger', 2, 'm0002_pipeline_run_id', '2026-11-27 06:00:00', 'orders@server'),
    ('loader', 1, 'm0001_before_versions', '2026-11-27 06:00:00', 'orders@server'),
    ('loader', 2, 'm0002_pipeline_run_id', '2026-11-27 06:00:00', 'orders@server'),
    ('pipeline', 1, 'm0001_before_versions', '2026-11-27 06:00:00', 'orders@server'),
    ('pipeline', 2, 'm0002_invocations', '2026-11-27 06:00:00', 'orders@server'),
    ('operations', 1, 'm0001_before_versions', '2026-11-27 06:00:00', 'orders@server'),
    ('monitoring', 1, 'm0001_before_versions', '2026-11-27 06:00:00', 'orders@server');
insert into pipeline_runs (run_id, "target", started_at, ended_at, "seconds", status, sentence, run_seq)
    values ('20261127T055900Z-0a1b', 'local', '2026-11-27 05:59:00', '2026-11-27 06:02:00', 180, 'ok', 'All well.', 1);
insert into pipeline_stages (run_id, stage, "position", status, "seconds", invocations)
    values ('20261127T055900Z-0a1b', 'transform', 2, 'ok', 90, '3f2a');
insert into pipeline_statements values ('20261127T055900Z-0a1b', 'load', 'a1', 'select 1', 3, 0.5, 0.25);
insert into pipeline_index_usage values ('20261127T055900Z-0a1b', 'monday_sync_items', 'PK', 7, 9);
insert into pipeline_figures (run_id, check_name, subject_key, subject, figure, state)
    values ('20261127T055900Z-0a1b', 'sync_share', 'k', '', 100, 'ok');
insert into pipeline_alerts (alert_key, check_name, subject, owner, state, told_state)
    values ('k1', 'customers_held', 'RHONE', 'operations', 'attention', 'attention');
insert into pipeline_outbox (message_id, channel, state, is_test) values ('m1', 'teams', 'sent', 0);
insert into monday_sync_items (order_key, board_id, monday_item_id, outcome) values ('k1', '1', '501', 'SYNCED');
insert into monday_sync_figures values ('r1', '1', 'calls', 12, '2026-11-27 06:01:00');
insert into loader_file_log (load_id, run_id, file, status, logged_at, load_seq)
    values ('ld1', 'ld1', 'GREYSON ORDER LIST (M3).xlsx', 'landed', '2026-11-27 05:59:00', 1);
insert into maintenance_log (entry_id, entry_seq, written_at, "action", outcome)
    values ('e1', 1, '2026-11-27 07:00:00', 'backup', 'done');
