{{ order_list_of(source('workbooks', 'xLORNA_JANE_ORDER_LIST_RAW')) }}
