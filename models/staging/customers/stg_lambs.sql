{{ order_list_of(source('workbooks', 'xLAMBS_ORDER_LIST_RAW')) }}
