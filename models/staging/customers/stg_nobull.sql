{{ order_list_of(source('workbooks', 'xNOBULL_ORDER_LIST_RAW')) }}
