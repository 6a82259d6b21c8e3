{{ order_list_of(source('workbooks', 'xTITLE_9_ORDER_LIST_RAW')) }}
