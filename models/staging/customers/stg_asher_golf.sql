{{ order_list_of(source('workbooks', 'xASHER_GOLF_ORDER_LIST_RAW')) }}
