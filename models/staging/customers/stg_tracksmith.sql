{{ order_list_of(source('workbooks', 'xTRACKSMITH_ORDER_LIST_RAW')) }}
