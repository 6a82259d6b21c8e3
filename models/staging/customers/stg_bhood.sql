{{ order_list_of(source('workbooks', 'xBHOOD_ORDER_LIST_RAW')) }}
