{{ order_list_of(source('workbooks', 'xRHYTHM_ORDER_LIST_RAW')) }}
