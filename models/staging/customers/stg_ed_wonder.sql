{{ order_list_of(source('workbooks', 'xED_WONDER_ORDER_LIST_RAW')) }}
