{{ order_list_of(source('workbooks', 'xRYDERWEAR_ORDER_LIST_RAW')) }}
