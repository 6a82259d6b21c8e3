{{ order_list_of(source('workbooks', 'xRECREATION_GENERATION_ORDER_LIST_RAW')) }}
