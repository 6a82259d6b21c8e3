{{ order_list_of(source('workbooks', 'xAIME_LEON_DORE_ORDER_LIST_RAW')) }}
