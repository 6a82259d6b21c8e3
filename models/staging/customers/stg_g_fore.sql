{{ order_list_of(source('workbooks', 'xG_FORE_ORDER_LIST_RAW')) }}
