{{ order_list_of(source('workbooks', 'xTELFAR_ORDER_LIST_RAW')) }}
