{{ order_list_of(source('workbooks', 'xJOHNNIE_O_ORDER_LIST_RAW')) }}
