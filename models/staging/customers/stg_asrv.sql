{{ order_list_of(source('workbooks', 'xASRV_ORDER_LIST_RAW')) }}
