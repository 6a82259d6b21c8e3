{{ order_list_of(source('workbooks', 'xBAD_BIRDIE_ORDER_LIST_RAW')) }}
