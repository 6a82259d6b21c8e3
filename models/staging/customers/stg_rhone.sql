{{ order_list_of(source('workbooks', 'xRHONE_ORDER_LIST_RAW')) }}
