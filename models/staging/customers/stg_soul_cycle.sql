{{ order_list_of(source('workbooks', 'xSOUL_CYCLE_ORDER_LIST_RAW')) }}
