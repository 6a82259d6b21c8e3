{{ order_list_of(source('workbooks', 'xWHITE_FOX_ORDER_LIST_RAW')) }}
