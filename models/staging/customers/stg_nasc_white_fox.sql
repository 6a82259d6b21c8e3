{{ order_list_of(source('workbooks', 'xNASC_WHITE_FOX_ORDER_LIST_RAW')) }}
