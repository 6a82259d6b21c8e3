SELECT COUNT(*) AS total_records,
       COUNT(CASE WHEN sync_state = 'NEW' THEN 1 END) AS new_records,
       COUNT(CASE WHEN action_type = 'UPDATE' THEN 1 END) AS update_records,
       COUNT(CASE WHEN ORDER_TYPE = 'CANCELLED' THEN 1 END) AS cancelled_records
FROM swp_ORDER_LIST_SYNC;
