{{ order_list_of(source('workbooks', 'xSEISSENSE_ORDER_LIST_RAW')) }}
