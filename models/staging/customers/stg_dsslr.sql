{{ order_list_of(source('workbooks', 'xDSSLR_ORDER_LIST_RAW')) }}
