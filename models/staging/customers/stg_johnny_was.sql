{{ order_list_of(source('workbooks', 'xJOHNNY_WAS_ORDER_LIST_RAW')) }}
