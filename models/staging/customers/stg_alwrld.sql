{{ order_list_of(source('workbooks', 'xALWRLD_ORDER_LIST_RAW')) }}
