{{ order_list_of(source('workbooks', 'xAESCAPE_ORDER_LIST_RAW')) }}
