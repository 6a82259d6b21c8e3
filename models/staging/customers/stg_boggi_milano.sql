{{ order_list_of(source('workbooks', 'xBOGGI_MILANO_ORDER_LIST_RAW')) }}
