{{ order_list_of(source('workbooks', 'xACTIVELY_BLACK_ORDER_LIST_RAW')) }}
