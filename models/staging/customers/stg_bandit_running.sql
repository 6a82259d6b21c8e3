{{ order_list_of(source('workbooks', 'xBANDIT_RUNNING_ORDER_LIST_RAW')) }}
