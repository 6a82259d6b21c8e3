-- What the programs keep, as the release of commit c337faf made it on DuckDB: no versions yet. With rows, which have to
-- come through every migration as they are.
CREATE TABLE cutover_log(entry_id VARCHAR, entry_seq BIGINT NOT NULL, written_at TIMESTAMP NOT NULL, who VARCHAR,
    "action" VARCHAR NOT NULL, subject VARCHAR, outcome VARCHAR NOT NULL, message VARCHAR, state_before VARCHAR,
    state_after VARCHAR, "seconds" DECIMAL(18,6), evidence VARCHAR, PRIMARY KEY(entry_id));
CREATE TABLE loader_file_headers(load_id VARCHAR NOT NULL, raw_table VARCHAR NOT NULL, file VARCHAR NOT NULL, sheet
    VARCHAR NOT NULL, "position" INTEGER NOT NULL, "header" VARCHAR, column_name VARCHAR NOT NULL, note VARCHAR);
CREATE TABLE loader_file_log(load_id VARCHAR NOT NULL, run_id VARCHAR NOT NULL, file VARCHAR NOT NULL, raw_table
    VARCHAR, etag VARCHAR, sha256 VARCHAR, bytes BIGINT, sheet VARCHAR, header_row INTEGER, "rows" INTEGER, "columns"
    INTEGER, status VARCHAR NOT NULL, reason VARCHAR, "seconds" DECIMAL(18,6), format INTEGER, logged_at TIMESTAMP NOT
    NULL, load_seq BIGINT, "source" VARCHAR);
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
    INTEGER, outcome VARCHAR, sentence VARCHAR, result VARCHAR, started_at TIMESTAMP, ended_at TIMESTAMP, PRIMARY
    KEY(run_id));
CREATE TABLE monday_sync_subitems(line_key VARCHAR, order_key VARCHAR, board_id VARCHAR, monday_subitem_id VARCHAR,
    item_name VARCHAR, customer_name VARCHAR, row_hash VARCHAR, payload VARCHAR, attempt_hash VARCHAR, outcome
    VARCHAR, error_message VARCHAR, retry_count INTEGER, attempted_at TIMESTAMP, completed_at TIMESTAMP, run_id
    VARCHAR, created_run_id VARCHAR, board_hash VARCHAR, "mapping" VARCHAR, left_as VARCHAR, left_at TIMESTAMP,
    PRIMARY KEY(line_key));
CREATE TABLE monday_sync_trials(board_id VARCHAR, subject VARCHAR, outcome VARCHAR, message VARCHAR, api_version
    VARCHAR, run_id VARCHAR, tried_at TIMESTAMP, PRIMARY KEY(board_id, subject));
CREATE TABLE pipeline_runs(run_id VARCHAR, "target" VARCHAR, "source" VARCHAR, started_at TIMESTAMP, ended_at
    TIMESTAMP, "seconds" DECIMAL(18,6), status VARCHAR, sentence VARCHAR, "options" VARCHAR, orders INTEGER, changes
    INTEGER, failed INTEGER, fingerprint VARCHAR, run_seq BIGINT, PRIMARY KEY(run_id));
CREATE TABLE pipeline_stages(run_id VARCHAR, stage VARCHAR, "position" INTEGER, status VARCHAR, "seconds"
    DECIMAL(18,6), stage_rows BIGINT, sentence VARCHAR, figures VARCHAR, PRIMARY KEY(run_id, stage));
insert into monday_sync_items (order_key, board_id, monday_item_id, group_id, group_name, item_name, customer_name, row_hash,
    outcome, retry_count, run_id, created_run_id, board_hash, "mapping", completed_at)
    values ('k1', '1', '501', 'g1', 'GREYSON 2026 SPRING', 'STYLE1 1', 'GREYSON', 'h1', 'SYNCED', 0, 'r1', 'r1', 'b1', 'm1',
    '2026-11-26 06:00:00');
insert into monday_sync_subitems (line_key, order_key, board_id, monday_subitem_id, item_name, customer_name, outcome)
    values ('l1', 'k1', '1', '601', 'XS', 'GREYSON', 'SYNCED');
insert into monday_sync_runs (run_id, kind, board_id, is_test, outcome, started_at, ended_at)
    values ('r1', 'push', '1', 0, 'DONE', '2026-11-26 06:00:00', '2026-11-26 06:01:00');
insert into monday_sync_attempts (batch_id, "position", run_id, board_id, "level", row_key, order_key, kind, outcome,
    created_at) values ('b1', 0, 'r1', '1', 'item', 'k1', 'k1', 'create', 'SYNCED', '2026-11-26 06:00:30');
insert into monday_sync_groups values ('1', 'gk', 'GREYSON 2026 SPRING', 'g1', 'r1', '2026-11-26 06:00:00');
insert into monday_sync_customers values ('GREYSON', 1, 'r1', '2026-11-26 06:00:00', 1, 5);
insert into loader_file_log (load_id, run_id, file, raw_table, "rows", status, logged_at, load_seq, "source")
    values ('ld1', 'ld1', 'GREYSON ORDER LIST (M3).xlsx', 'xGREYSON_ORDER_LIST_RAW', 1, 'landed', '2026-11-26 05:59:00', 1,
    'data/workbooks');
insert into pipeline_runs (run_id, "target", "source", started_at, status, sentence, "options", run_seq)
    values ('20261126T055900Z-0a1b', 'local', 'data/workbooks', '2026-11-26 05:59:00', 'ok', 'All well.', '{}', 1);
insert into pipeline_stages (run_id, stage, "position", status, "seconds", sentence, figures)
    values ('20261126T055900Z-0a1b', 'load', 1, 'ok', 1.5, '1 landed.', '{}');
insert into maintenance_log (entry_id, entry_seq, written_at, "action", outcome)
    values ('e1', 1, '2026-11-26 07:00:00', 'backup', 'done');
