{{ order_list_of(source('workbooks', 'xSUMMERSALT_ORDER_LIST_RAW')) }}
