{{ order_list_of(source('workbooks', 'xAJE_ORDER_LIST_RAW')) }}
