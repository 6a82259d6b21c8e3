{{ order_list_of(source('workbooks', 'xGREYSON_ORDER_LIST_RAW')) }}
