{{ order_list_of(source('workbooks', 'xCAMILLA_ORDER_LIST_RAW')) }}
