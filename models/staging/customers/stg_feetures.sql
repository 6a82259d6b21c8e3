{{ order_list_of(source('workbooks', 'xFEETURES_ORDER_LIST_RAW')) }}
