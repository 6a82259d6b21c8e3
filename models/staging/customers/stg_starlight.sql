{{ order_list_of(source('workbooks', 'xSTARLIGHT_ORDER_LIST_RAW')) }}
