{{ order_list_of(source('workbooks', 'xCUTS_CLOTHING_ORDER_LIST_RAW')) }}
